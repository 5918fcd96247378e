package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StreamFrameTest {

    @Test
    void an_event_has_its_identifier_name_and_data_each_on_a_line() {
        assertThat(text(new StreamFrame.Event("status", Optional.of("a:1"), "{\"a\":\"☎\"}")))
                .isEqualTo("id:a:1\nevent:status\ndata:{\"a\":\"☎\"}\n\n");
    }

    @Test
    void an_event_that_nobody_can_come_back_with_has_no_identifier() {
        assertThat(text(new StreamFrame.Event("problem", Optional.empty(), "{}")))
                .isEqualTo("event:problem\ndata:{}\n\n");
    }

    @Test
    void a_heartbeat_is_a_comment_and_the_hint_at_reconnection_is_in_milliseconds() {
        assertThat(text(new StreamFrame.Heartbeat())).isEqualTo(":\n\n");
        assertThat(text(new StreamFrame.Retry(Duration.ofSeconds(2)))).isEqualTo(":\nretry:2000\n\n");
    }

    private static String text(StreamFrame frame) {
        return frame.serverSentEvent().toString();
    }
}
