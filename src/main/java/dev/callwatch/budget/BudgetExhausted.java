package dev.callwatch.budget;

import java.time.Duration;

/** No permit can be had before the deadline. */
public final class BudgetExhausted extends RuntimeException {

    private final transient Duration retryAfter;

    BudgetExhausted(Duration retryAfter) {
        super("no permit before the deadline", null, false, false);
        this.retryAfter = retryAfter;
    }

    /** How long until a permit is free. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
