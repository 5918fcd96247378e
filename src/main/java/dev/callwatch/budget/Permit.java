package dev.callwatch.budget;

import java.time.Duration;
import java.util.Optional;

/** Leave to send one request. */
public interface Permit {

    /** Gives it back: the request was never sent. Once more does nothing. */
    void giveBack();

    /**
     * Reports that Vonage answered 429 to the request: the account pauses at once, and its rate is halved, once for all
     * requests that were under way together.
     *
     * @param retryAfter how long to pause, 5 minutes at most; 2 to 4 s where Vonage does not say
     */
    void throttled(Optional<Duration> retryAfter);
}
