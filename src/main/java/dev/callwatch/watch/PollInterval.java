package dev.callwatch.watch;

import java.time.Duration;

/**
 * How long a poller waits before it reads a call again: 1 s after a change, doubled on each quiet poll to 5 s. Immutable.
 *
 * @param length where nobody says when the call changes
 * @param whenNotified where notifications do
 */
record PollInterval(Duration length, Duration whenNotified) {

    private static final Duration LONGEST = Duration.ofSeconds(5);

    /** Once a call has ended, only its disposition may come. */
    private static final Duration ENDED = Duration.ofSeconds(30);

    /** Notifications do not mention recordings and faults. */
    private static final Duration NOTIFIED = Duration.ofSeconds(30);

    private static final Duration ENDED_NOTIFIED = Duration.ofMinutes(5);

    /** The longest time for which {@code Retry-After} may hold a poller back. */
    private static final Duration LONGEST_AFTER_FAILURE = Duration.ofMinutes(1);

    private static final Duration SHORTEST = Duration.ofSeconds(1);

    /** Before anything is known of the call. */
    static final PollInterval FIRST = new PollInterval(SHORTEST, NOTIFIED);

    /** While Vonage does not know the call yet. */
    static final PollInterval MISSING = always(SHORTEST);

    /** After a change. */
    static PollInterval afterChange(boolean ended) {
        return new PollInterval(SHORTEST, ended ? ENDED_NOTIFIED : NOTIFIED);
    }

    /** After a poll that found nothing new. */
    PollInterval afterQuietPoll() {
        Duration doubled = length.multipliedBy(2);
        return new PollInterval(doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled, NOTIFIED);
    }

    /** After the end of the call. */
    static PollInterval afterEnd() {
        return new PollInterval(ENDED, ENDED_NOTIFIED);
    }

    /** After a failure: at least 5 s, and as long as is asked for, up to 1 min. */
    static PollInterval afterFailure(Duration retryAfter) {
        if (retryAfter.compareTo(LONGEST) < 0) {
            return always(LONGEST);
        }
        return always(retryAfter.compareTo(LONGEST_AFTER_FAILURE) > 0 ? LONGEST_AFTER_FAILURE : retryAfter);
    }

    private static PollInterval always(Duration length) {
        return new PollInterval(length, length);
    }

    /** The longest time between two polls of a call, on whatever replica, unless that replica is gone. */
    static Duration longest(boolean ended) {
        return (ended ? ENDED_NOTIFIED : NOTIFIED).plus(LONGEST_AFTER_FAILURE);
    }

    /** How many polls of a quiet call are not made, instead of each that is made although notifications come. */
    long saved() {
        if (whenNotified.equals(length)) {
            return 0;
        }
        Duration plain = whenNotified.equals(ENDED_NOTIFIED) ? ENDED : LONGEST;
        return whenNotified.dividedBy(plain) - 1;
    }
}
