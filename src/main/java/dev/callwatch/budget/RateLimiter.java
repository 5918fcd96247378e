package dev.callwatch.budget;

import java.time.Duration;
import java.util.Optional;

/**
 * How often one account may be asked by this process. It adapts: a 429 halves the rate and pauses it, and it grows back by
 * itself. Safe for concurrent use; nothing blocks, and nothing waits for another process.
 */
public interface RateLimiter {

    /** What a permit is for. */
    enum Use {
        /** A look-up that somebody waits for. */
        REQUEST,
        /** A poll in the background. */
        POLL
    }

    /** Takes one permit, unless none is there or the account pauses. */
    Optional<Permit> tryTake(Use use);

    /**
     * How long until this many permits are there; zero if they are. An estimate: of a shared budget it counts on the part that
     * this process is due, and may be too short until it has that part.
     */
    Duration until(long permits);

    /** How long an estimate for this many permits is good: a longer wait has to ask again by then. */
    default Duration holds(long permits) {
        return Duration.ofDays(1);
    }

    /** Notes how many wait for a permit now: requests, and polls. */
    default void waiting(int requests, int polls) {}

    /** Asks for a larger part of a shared budget, where that can help a request that waits. */
    default void replenish() {}

    /** How far apart permits come. */
    Duration period();

    /** How many permits a background poll leaves to requests: half of what there may be at once. */
    long reserve();

    /** How long nothing is given any more; zero if the account does not pause. */
    Duration pause();

    /** Whether nothing is given now, after a 429. */
    default boolean isPaused() {
        return !pause().isZero();
    }

    /** Requests a minute that this process is allowed now. */
    double perMinute();

    /** Permits that are there in this process. */
    long available();

    /** How many times this process has halved the rate after a 429. */
    long backoffs();
}
