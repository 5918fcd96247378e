package dev.callwatch.push;

import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.ProblemType;
import java.time.Duration;
import java.util.Optional;

/** Subscriptions cannot be read or kept now. */
public final class StoreUnavailable extends ProblemException {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    StoreUnavailable() {
        super(ProblemType.STORE_UNAVAILABLE, "Subscriptions cannot be read or kept now.");
    }

    @Override
    public Optional<Duration> retryAfter() {
        return Optional.of(RETRY_AFTER);
    }
}
