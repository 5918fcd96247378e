package dev.callwatch.budget;

import dev.callwatch.account.Allowance;
import java.time.Duration;

/**
 * How an account's rate has adapted to answers of 429. Additive increase, multiplicative decrease, as TCP does (RFC 5681), so
 * that other consumers of Vonage's limit are left room. It names no moment, so that it means the same on another clock.
 *
 * @param count how many times the rate was halved. A request that took its permit under a lower count was under way when the
 *     rate was halved last, so its 429 halves nothing
 * @param rateAfterBackoff requests a minute after the last 429, before any growth; the ceiling where there was none
 * @param untilResumed how long until the pause ends; negative where it has ended, by how long ago
 */
public record Backoff(long count, long rateAfterBackoff, Duration untilResumed) {

    /** A {@code Retry-After} of a day must not take an account out of service for a day. */
    static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    /** The rate never falls below a tenth of the ceiling: a lower one would be of no use. */
    private static final int LEAST_SHARE = 10;

    /** Of the ceiling, each minute. */
    private static final int GROWTH_SHARE = 10;

    /** A pause that ended a day ago: every rate has grown back since. Negative here, because to negate a duration makes a big decimal. */
    private static final Duration FORGOTTEN = Duration.ofDays(-1);

    /** A pause that is longer by less is the same pause, measured by another clock. */
    private static final Duration SAME_PAUSE = Duration.ofMillis(100);

    private static final double SAME_RATE = 0.99;

    public Backoff {
        rateAfterBackoff = Math.max(1, rateAfterBackoff);
    }

    /** The state before any 429. */
    static Backoff none(Allowance ceiling) {
        return new Backoff(0, ceiling.requestsPerMinute(), FORGOTTEN);
    }

    /** The same some time later. */
    Backoff after(Duration elapsed) {
        Duration left = untilResumed.minus(elapsed);
        return new Backoff(count, rateAfterBackoff, left.compareTo(FORGOTTEN) < 0 ? FORGOTTEN : left);
    }

    /** Requests a minute that are allowed now; it grows once the pause is over. */
    long perMinute(Allowance ceiling) {
        double growing = Math.max(0, -untilResumed.toNanos() / 60e9);
        double grown = growing * ceiling.requestsPerMinute() / GROWTH_SHARE;
        return (long) Math.min(ceiling.requestsPerMinute(), rateAfterBackoff + grown);
    }

    /** The account's burst now, in permits; at least 1. It shrinks and grows with the rate. */
    long burst(Allowance ceiling) {
        return Math.max(1, (long) ceiling.burst() * perMinute(ceiling) / ceiling.requestsPerMinute());
    }

    /** What it is after one more 429, which asks for a pause. */
    Backoff halved(Allowance ceiling, Duration pause) {
        long least = Math.max(1, ceiling.requestsPerMinute() / LEAST_SHARE);
        return new Backoff(count + 1, Math.max(least, perMinute(ceiling) / 2), untilResumed).pausedFor(pause);
    }

    /** With at least this pause. */
    Backoff pausedFor(Duration pause) {
        Duration asked = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
        return new Backoff(count, rateAfterBackoff, asked.compareTo(untilResumed) > 0 ? asked : untilResumed);
    }

    /** What both know: the lower rate, and the longer pause. */
    Backoff mergedWith(Backoff other, Allowance ceiling) {
        boolean lower = other.perMinute(ceiling) < perMinute(ceiling);
        return new Backoff(
                        Math.max(count, other.count), lower ? other.rateAfterBackoff : rateAfterBackoff, untilResumed)
                .pausedFor(other.untilResumed);
    }

    /** Whether it knows of a 429 that the other does not. */
    boolean isMoreThan(Backoff other, Allowance ceiling) {
        boolean longer =
                !untilResumed.isNegative() && untilResumed.minus(SAME_PAUSE).compareTo(other.untilResumed) > 0;
        return count > other.count || longer || perMinute(ceiling) < SAME_RATE * other.perMinute(ceiling) - 1;
    }
}
