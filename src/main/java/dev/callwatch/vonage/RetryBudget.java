package dev.callwatch.vonage;

import java.time.Clock;

/**
 * Keeps retries from multiplying an outage: within the last 10 seconds at most 20 % of all attempts may be retries,
 * while 10 of them are always allowed. One per region.
 */
final class RetryBudget {

    private static final int WINDOW_SECONDS = 10;
    private static final int ALWAYS_ALLOWED = 10;
    private static final double SHARE = 0.2;

    private final Clock clock;
    private final long[] seconds = new long[WINDOW_SECONDS];
    private final int[] attempts = new int[WINDOW_SECONDS];
    private final int[] retries = new int[WINDOW_SECONDS];

    RetryBudget(Clock clock) {
        this.clock = clock;
    }

    /** Counts a first attempt. */
    synchronized void attempted() {
        attempts[slot()]++;
    }

    /** Counts a retry if it may be made. */
    synchronized boolean tryRetry() {
        int slot = slot();
        if (within(retries) >= Math.max(ALWAYS_ALLOWED, SHARE * within(attempts))) {
            return false;
        }
        attempts[slot]++;
        retries[slot]++;
        return true;
    }

    private int slot() {
        long second = clock.instant().getEpochSecond();
        int slot = Math.floorMod(second, WINDOW_SECONDS);
        if (seconds[slot] != second) {
            seconds[slot] = second;
            attempts[slot] = 0;
            retries[slot] = 0;
        }
        return slot;
    }

    private int within(int[] counts) {
        long oldest = clock.instant().getEpochSecond() - WINDOW_SECONDS;
        int sum = 0;
        for (int slot = 0; slot < WINDOW_SECONDS; slot++) {
            if (seconds[slot] > oldest) {
                sum += counts[slot];
            }
        }
        return sum;
    }
}
