package dev.callwatch.budget;

import java.time.Duration;
import java.util.Optional;

/** Leave to send one request. */
public interface Permit {

    /** Gives it back: the request was never sent. */
    void giveBack();

    /**
     * Tells that Vonage answered 429 to the request: the account pauses and its allowance is halved, once for all requests
     * that were under way together.
     *
     * @param retryAfter how long Vonage wants to be left alone, where it says so
     */
    void throttled(Optional<Duration> retryAfter);
}
