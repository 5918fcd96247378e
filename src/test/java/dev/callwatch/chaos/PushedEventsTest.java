package dev.callwatch.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PushedEventsTest {

    private static final String SINK = "/followed";

    @TempDir
    private Path directory;

    private Findings findings;
    private PushedEvents pushed;

    @BeforeEach
    void begin() throws IOException {
        EventLog events = new EventLog(directory.resolve("events.log"));
        findings = new Findings(new FaultLog(events), events);
        pushed = new PushedEvents(findings, events);
    }

    @Test
    void events_in_order_break_nothing_and_the_last_content_is_known() {
        accept(10, null, 1);
        accept(20, 10L, 2);
        assertThat(findings.found()).isEmpty();
        assertThat(findings.of(Count.PUSHED)).isEqualTo(2);
        assertThat(findings.of(Count.PUSHED_AFTER_SKIP)).isZero();
        assertThat(pushed.content(SINK, "call")).isEqualTo(StatusEvent.content(2, false));
        assertThat(pushed.content("/subscribed", "call")).isZero();
    }

    @Test
    void an_event_that_comes_again_is_a_duplicate_even_after_a_later_one() {
        accept(10, null, 1);
        accept(20, 10L, 2);
        accept(10, null, 1);
        assertThat(findings.found()).isEmpty();
        assertThat(findings.of(Count.PUSHED_AGAIN)).isEqualTo(1);
    }

    @Test
    void an_event_that_comes_first_after_a_later_one_is_found() {
        accept(20, 10L, 2);
        accept(10, null, 1);
        assertThat(findings.found()).extracting(Findings.Found::breach).containsExactly(Breach.PUSHED_BACK);
    }

    @Test
    void older_content_under_a_higher_revision_is_found() {
        accept(10, null, 2);
        accept(20, 10L, 1);
        assertThat(findings.found()).extracting(Findings.Found::breach).containsExactly(Breach.PUSHED_BACK);
    }

    @Test
    void a_skip_is_counted() {
        accept(10, null, 1);
        accept(30, 20L, 3);
        accept(40, null, 4);
        assertThat(findings.found()).isEmpty();
        assertThat(findings.of(Count.PUSHED_AFTER_SKIP)).isEqualTo(2);
    }

    private void accept(long revision, Long previous, int version) {
        pushed.accepted(
                SINK,
                new JsonObject()
                        .put("id", "call:" + revision)
                        .put("type", "dev.callwatch.call.changed")
                        .put("subject", "call")
                        .put(
                                "data",
                                new JsonObject()
                                        .put("previous", previous)
                                        .put(
                                                "call",
                                                new JsonObject()
                                                        .put("revision", revision)
                                                        .put("ended", false)
                                                        .put("disposition", Integer.toString(version)))));
    }
}
