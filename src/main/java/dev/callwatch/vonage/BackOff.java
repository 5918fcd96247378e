package dev.callwatch.vonage;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * Exponential back-off with full jitter: a wait between zero and 0.2 s, 0.4 s, 0.8 s, … 2 s, evenly spread, so that
 * those who failed together do not come back together.
 */
final class BackOff {

    private static final long BASE_MILLIS = 200;
    private static final long CAP_MILLIS = 2_000;
    private static final int DOUBLINGS_TO_CAP = 4;

    private final DoubleSupplier random;

    /** @param random numbers from 0 (inclusive) to 1 (exclusive) */
    BackOff(DoubleSupplier random) {
        this.random = random;
    }

    /** @param retries how many retries there were before, from 0 */
    Duration before(int retries) {
        long ceiling = Math.min(CAP_MILLIS, BASE_MILLIS << Math.min(retries, DOUBLINGS_TO_CAP));
        return Duration.ofMillis((long) (random.getAsDouble() * ceiling));
    }
}
