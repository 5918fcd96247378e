package dev.callwatch.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DeliveryScheduleTest {

    @Test
    void attempts_are_made_after_5_seconds_5_minutes_and_so_on_and_then_every_10_hours() {
        DeliverySchedule schedule = new DeliverySchedule(() -> 0);
        assertThat(IntStream.rangeClosed(1, 8).mapToObj(schedule::after))
                .containsExactly(
                        Duration.ofSeconds(5),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(30),
                        Duration.ofHours(2),
                        Duration.ofHours(5),
                        Duration.ofHours(10),
                        Duration.ofHours(10),
                        Duration.ofHours(10));
    }

    @Test
    void each_wait_is_up_to_a_fifth_longer() {
        assertThat(new DeliverySchedule(() -> 0.5).after(1)).isEqualTo(Duration.ofMillis(5_500));
        assertThat(new DeliverySchedule(() -> 1).after(2)).isEqualTo(Duration.ofMinutes(6));
    }
}
