package dev.callwatch.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SteadyClockTest {

    private static final Instant BEGIN = Instant.parse("2026-11-24T09:00:00.123Z");

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);
    private final SteadyClock clock = new SteadyClock(BEGIN, nanos::get);

    @Test
    void begins_with_the_time_of_day() {
        assertThat(clock.instant()).isEqualTo(BEGIN);
    }

    @Test
    void advances_with_the_nanoseconds_also_when_their_count_overflows() {
        nanos.addAndGet(Duration.ofSeconds(90).toNanos());

        assertThat(clock.instant()).isEqualTo(BEGIN.plusSeconds(90));
        assertThat(clock.millis()).isEqualTo(BEGIN.plusSeconds(90).toEpochMilli());
    }

    @Test
    void counts_in_whole_milliseconds() {
        nanos.addAndGet(1_999_999);

        assertThat(clock.instant()).isEqualTo(BEGIN.plusMillis(1));
    }
}
