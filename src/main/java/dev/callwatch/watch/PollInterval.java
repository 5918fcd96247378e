package dev.callwatch.watch;

import java.time.Duration;

/** How long a poller waits before it reads a call again: 1 s after a change, doubled on each quiet poll to 5 s. Immutable. */
record PollInterval(Duration length) {

    private static final Duration LONGEST = Duration.ofSeconds(5);

    /** Once a call has ended, only its disposition may come. */
    private static final Duration ENDED = Duration.ofSeconds(30);

    /** {@code Retry-After} may hold a poller back for so long. */
    private static final Duration LONGEST_AFTER_FAILURE = Duration.ofMinutes(1);

    /** After a change. */
    static final PollInterval SHORTEST = new PollInterval(Duration.ofSeconds(1));

    /** After a poll that found nothing new. */
    PollInterval afterQuietPoll() {
        Duration doubled = length.multipliedBy(2);
        return new PollInterval(doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled);
    }

    /** After the end of the call. */
    static PollInterval afterEnd() {
        return new PollInterval(ENDED);
    }

    /** After a failure: at least 5 s, and as long as is asked for, up to 1 min. */
    static PollInterval afterFailure(Duration retryAfter) {
        if (retryAfter.compareTo(LONGEST) < 0) {
            return new PollInterval(LONGEST);
        }
        return new PollInterval(retryAfter.compareTo(LONGEST_AFTER_FAILURE) > 0 ? LONGEST_AFTER_FAILURE : retryAfter);
    }
}
