package dev.callwatch.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {

    private static final Instant NOW = Instant.parse("2026-11-24T09:00:00Z");
    private static final Duration LONGEST = Duration.ofMinutes(5);

    @Test
    void seconds_are_read() {
        assertThat(RetryAfter.parse(" 120 ", NOW, LONGEST)).contains(Duration.ofMinutes(2));
    }

    @Test
    void a_date_is_read() {
        assertThat(RetryAfter.parse("Tue, 24 Nov 2026 09:00:30 GMT", NOW, LONGEST))
                .contains(Duration.ofSeconds(30));
    }

    @Test
    void a_date_in_the_past_is_now() {
        assertThat(RetryAfter.parse("Tue, 24 Nov 2026 08:00:00 GMT", NOW, LONGEST))
                .contains(Duration.ZERO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"301", "999999999", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"})
    void nobody_waits_longer_than_five_minutes(String header) {
        assertThat(RetryAfter.parse(header, NOW, LONGEST)).contains(Duration.ofMinutes(5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-1", "1.5", "2026-11-24T09:00:30Z", "٣"})
    void anything_else_is_ignored(String header) {
        assertThat(RetryAfter.parse(header, NOW, LONGEST)).isEmpty();
    }
}
