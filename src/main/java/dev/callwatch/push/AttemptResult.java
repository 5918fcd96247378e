package dev.callwatch.push;

import java.time.Duration;
import java.util.Optional;

/** How an attempt to deliver an event ended. */
sealed interface AttemptResult {

    /** What is shown of it. */
    String answer();

    /** The sink accepted it: any 2xx. */
    record Delivered(int status) implements AttemptResult {
        @Override
        public String answer() {
            return Integer.toString(status);
        }
    }

    /** The sink answered 410: it wants no more. */
    record Gone() implements AttemptResult {
        @Override
        public String answer() {
            return "410";
        }
    }

    /**
     * The sink answered anything else, a redirect included.
     *
     * @param retryAfter how long it asks to wait
     */
    record Refused(int status, Optional<Duration> retryAfter) implements AttemptResult {
        @Override
        public String answer() {
            return Integer.toString(status);
        }
    }

    /**
     * There was no answer.
     *
     * @param answer why, in a word: {@code timeout}, {@code no-connection}, {@code address-refused} …
     */
    record Unanswered(String answer) implements AttemptResult {}
}
