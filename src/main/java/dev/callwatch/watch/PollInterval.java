package dev.callwatch.watch;

import java.time.Duration;

/** How long a call is left alone between two polls: 1 s after a change, doubled on each quiet poll to 5 s. Immutable. */
record PollInterval(Duration interval) {

    static final Duration SHORTEST = Duration.ofSeconds(1);

    private static final Duration LONGEST = Duration.ofSeconds(5);

    /** Once a call has ended and only its disposition may come. */
    private static final Duration ENDED = Duration.ofSeconds(30);

    /** So long as {@code Retry-After} may hold a watch back. */
    private static final Duration LONGEST_AFTER_FAILURE = Duration.ofMinutes(1);

    static final PollInterval BRISK = new PollInterval(SHORTEST);

    PollInterval quiet() {
        Duration doubled = interval.multipliedBy(2);
        return new PollInterval(doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled);
    }

    static PollInterval ended() {
        return new PollInterval(ENDED);
    }

    static PollInterval failed(Duration retryAfter) {
        if (retryAfter.compareTo(LONGEST) < 0) {
            return new PollInterval(LONGEST);
        }
        return new PollInterval(retryAfter.compareTo(LONGEST_AFTER_FAILURE) > 0 ? LONGEST_AFTER_FAILURE : retryAfter);
    }
}
