package dev.callwatch.push;

import java.time.Duration;
import java.util.List;
import java.util.function.DoubleSupplier;

/** When a delivery that failed is tried again: after 5 s, 5 min, 30 min, 2 h, 5 h, and then 10 h each time, and up to a fifth longer. */
final class DeliverySchedule {

    private static final List<Duration> WAITS = List.of(
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(5),
            Duration.ofHours(10));

    private static final double SPREAD = 0.2;

    private final DoubleSupplier random;

    /** @param random numbers from 0 to 1 */
    DeliverySchedule(DoubleSupplier random) {
        this.random = random;
    }

    /** How long to wait after this many failed attempts, 1 or more. */
    Duration after(int attempts) {
        Duration least = WAITS.get(Math.min(attempts, WAITS.size()) - 1);
        return least.plusMillis((long) (least.toMillis() * SPREAD * random.getAsDouble()));
    }
}
