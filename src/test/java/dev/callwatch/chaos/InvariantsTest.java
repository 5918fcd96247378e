package dev.callwatch.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InvariantsTest {

    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path directory;

    private Findings findings;
    private Invariants invariants;
    private Invariants forgetful;

    @BeforeEach
    void begin() throws IOException {
        EventLog events = new EventLog(directory.resolve("events.log"));
        findings = new Findings(new FaultLog(events), events);
        invariants = new Invariants("reader", false, findings);
        forgetful = new Invariants("reader", true, findings);
    }

    @Test
    void revisions_that_follow_each_other_break_nothing() {
        received(10, new Previous.None(), 1, 1);
        received(20, new Previous.Of(10), 2, 2);
        assertThat(breaches()).isEmpty();
        assertThat(findings.of(Count.EVENTS)).isEqualTo(2);
        assertThat(findings.of(Count.SKIPPED)).isZero();
        assertThat(findings.of(Count.FORGOTTEN)).isZero();
    }

    @Test
    void a_lower_revision_is_found() {
        received(20, new Previous.None(), 1, 1);
        received(10, new Previous.None(), 2, 2);
        assertThat(breaches()).containsExactly(Breach.BACK);
    }

    @Test
    void the_same_revision_is_found() {
        received(10, new Previous.None(), 1, 1);
        received(10, new Previous.None(), 1, 1);
        assertThat(breaches()).containsExactly(Breach.AGAIN);
    }

    @Test
    void the_same_revision_confirms_what_the_reader_has_right_after_a_problem() {
        received(10, new Previous.None(), 1, 1);
        invariants.problem();
        received(10, new Previous.None(), 2, 1);
        assertThat(breaches()).isEmpty();
        assertThat(findings.of(Count.CONFIRMED)).isEqualTo(1);
        received(10, new Previous.None(), 3, 1);
        assertThat(breaches()).containsExactly(Breach.AGAIN);
    }

    @Test
    void an_earlier_observation_is_found() {
        received(10, new Previous.None(), 2, 1);
        received(20, new Previous.Of(10), 1, 2);
        assertThat(breaches()).containsExactly(Breach.OBSERVED_EARLIER);
    }

    @Test
    void older_content_is_found() {
        received(10, new Previous.None(), 1, 2);
        received(20, new Previous.Of(10), 2, 1);
        assertThat(breaches()).containsExactly(Breach.OLDER_CONTENT);
    }

    @Test
    void the_end_of_a_call_is_later_than_its_last_version() {
        assertThat(List.of(StatusEvent.content(1, false), StatusEvent.content(1, true), StatusEvent.content(2, false)))
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void what_a_reader_missed_is_counted() {
        received(10, new Previous.None(), 1, 1);
        received(30, new Previous.Of(20), 2, 3);
        received(40, new Previous.None(), 3, 3);
        received(50, new Previous.Of(35), 4, 5);
        received(60, new Previous.Unsaid(), 5, 6);
        assertThat(breaches()).isEmpty();
        assertThat(findings.of(Count.SKIPPED)).isEqualTo(1);
        assertThat(findings.of(Count.FORGOTTEN)).isEqualTo(1);
        assertThat(findings.of(Count.SENT_AGAIN)).isEqualTo(1);
        assertThat(findings.of(Count.OTHER_HISTORY)).isEqualTo(1);
        assertThat(findings.of(Count.UNSAID)).isEqualTo(1);
    }

    @Test
    void an_event_that_follows_itself_is_found() {
        received(10, new Previous.Of(10), 1, 1);
        assertThat(breaches()).containsExactly(Breach.MALFORMED);
    }

    @Test
    void a_replica_that_forgot_cannot_claim_to_follow() {
        forgetful.received(event(1, 10, new Previous.None(), 1, 1));
        forgetful.received(event(2, 20, new Previous.Of(10), 2, 2));
        assertThat(breaches()).containsExactly(Breach.FORGOT_SILENTLY);
    }

    @Test
    void a_replica_that_says_that_it_forgot_breaks_nothing() {
        forgetful.received(event(1, 10, new Previous.None(), 1, 1));
        forgetful.received(event(2, 20, new Previous.None(), 2, 2));
        forgetful.received(event(3, 40, new Previous.Of(30), 3, 3));
        assertThat(breaches()).isEmpty();
    }

    @Test
    void a_reader_is_wrong_where_it_ends_with_less_than_the_upstream_says() {
        received(10, new Previous.None(), 1, 1);
        invariants.ended(3, true);
        assertThat(breaches()).containsExactly(Breach.WRONG_AT_THE_END);
    }

    @Test
    void a_reader_is_wrong_where_it_ends_before_the_call() {
        received(10, new Previous.None(), 1, 2);
        invariants.ended(2, false);
        assertThat(breaches()).containsExactly(Breach.WRONG_AT_THE_END);
    }

    @Test
    void a_reader_that_knows_how_the_call_ended_is_right() {
        received(10, new Previous.None(), 1, 3);
        invariants.ended(3, true);
        assertThat(breaches()).isEmpty();
    }

    private void received(long revision, Previous previous, int second, long content) {
        invariants.received(event(1, revision, previous, second, content));
    }

    private static StatusEvent event(int life, long revision, Previous previous, int second, long content) {
        Instant observed = BEGIN.plusSeconds(second);
        return new StatusEvent(
                observed, 1, 0, life, "guid:" + revision, "call.changed", revision, previous, content, false, observed);
    }

    private List<Breach> breaches() {
        return findings.found().stream().map(Findings.Found::breach).toList();
    }
}
