package dev.callwatch.budget;

import java.time.Duration;

/** No permit can be had before the deadline. */
public final class BudgetExhausted extends RuntimeException {

    private final transient Duration retryAfter;
    private final boolean paused;

    BudgetExhausted(Duration retryAfter, boolean paused) {
        super("no permit before the deadline", null, false, false);
        this.retryAfter = retryAfter;
        this.paused = paused;
    }

    /** How long until a permit is free. */
    public Duration retryAfter() {
        return retryAfter;
    }

    /** Whether it is because Vonage answered 429 a moment ago, and not because of our own limit. */
    public boolean isPaused() {
        return paused;
    }
}
