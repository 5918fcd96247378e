package dev.callwatch.budget;

import java.time.Clock;

/** How many permits this process could use: those taken lately, and those that are waited for. Not thread-safe. */
final class Demand {

    /** So few that an unused part of a budget reaches a replica that waits for it within two seconds. */
    private static final int SLOTS = 4;

    private static final long SLOT_MILLIS = 100;
    private static final double SLOTS_PER_SECOND = 1_000.0 / SLOT_MILLIS;
    private static final int KINDS = RateLimiter.Use.values().length;

    private final Clock clock;
    private final long[][] taken = new long[SLOTS][KINDS];
    private final int[] waiting = new int[KINDS];
    private long slot;

    Demand(Clock clock) {
        this.clock = clock;
        this.slot = clock.millis() / SLOT_MILLIS;
    }

    /** One permit was taken. */
    void taken(RateLimiter.Use use) {
        advance();
        taken[(int) (slot % SLOTS)][use.ordinal()]++;
    }

    void waiting(int requests, int polls) {
        waiting[RateLimiter.Use.REQUEST.ordinal()] = requests;
        waiting[RateLimiter.Use.POLL.ordinal()] = polls;
    }

    /** How many requests wait for a permit. */
    int waitingRequests() {
        return waiting[RateLimiter.Use.REQUEST.ordinal()];
    }

    /** Permits a second that could be used. */
    double perSecond(RateLimiter.Use use) {
        advance();
        double sum = 0;
        for (long[] kinds : taken) {
            sum += kinds[use.ordinal()];
        }
        return sum * SLOTS_PER_SECOND / SLOTS + waiting[use.ordinal()];
    }

    private void advance() {
        long now = clock.millis() / SLOT_MILLIS;
        for (long next = Math.max(slot + 1, now - SLOTS + 1); next <= now; next++) {
            taken[(int) (next % SLOTS)] = new long[KINDS];
        }
        slot = Math.max(slot, now);
    }
}
