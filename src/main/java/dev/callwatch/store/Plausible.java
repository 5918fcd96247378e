package dev.callwatch.store;

import java.time.Duration;
import java.time.Instant;

/**
 * The range of values that replicas write. Whoever may write to Redis may write others: a revision or a time far in the future
 * would be above all that follow, for ever.
 */
final class Plausible {

    /** The clocks of replicas differ by less. */
    static final Duration AHEAD = Duration.ofDays(1);

    /** No release is older. */
    static final Instant EARLIEST = Instant.parse("2020-01-01T00:00:00Z");

    /** Longer than a pause that Vonage asks for or that a budget needs. */
    static final Duration LONGEST_WAIT = Duration.ofHours(1);

    private Plausible() {}

    /**
     * A revision, or 0 where there is none.
     *
     * @throws IllegalArgumentException where it is negative or too far in the future
     */
    static long revision(long revision, Instant now) {
        require(revision >= 0 && revision <= now.plus(AHEAD).toEpochMilli());
        return revision;
    }

    /** @throws IllegalArgumentException where a time is before there was anything to observe, or too far in the future */
    static Instant time(long millis, Instant now) {
        Instant time = Instant.ofEpochMilli(millis);
        require(!time.isBefore(EARLIEST) && !time.isAfter(now.plus(AHEAD)));
        return time;
    }

    /** @throws IllegalArgumentException where a duration is negative or too long */
    static Duration retryAfter(long millis) {
        require(millis >= 0 && millis <= LONGEST_WAIT.toMillis());
        return Duration.ofMillis(millis);
    }

    /** @throws IllegalArgumentException where a value is less than the least or more than the most */
    static long within(long least, long value, long most) {
        require(least <= value && value <= most);
        return value;
    }

    private static void require(boolean plausible) {
        if (!plausible) {
            throw new IllegalArgumentException("out of range");
        }
    }
}
