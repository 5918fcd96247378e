package dev.callwatch.vonage;

import dev.callwatch.call.UpstreamFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;

/** Names the failures of requests to Vonage. The body of an answer is never read. */
final class UpstreamFailures {

    private static final String REFUSED =
            "Vonage refused the account's client credentials. Check the client id, secret and scope.";

    private UpstreamFailures() {}

    /** Names what a library failed with. */
    static UpstreamFailure of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UpstreamFailure named) {
                return named;
            }
            if (cause instanceof CircuitBreakerOpenException) {
                return new UpstreamFailure.CircuitOpen(RegionCircuitBreaker.OPEN);
            }
            if (cause instanceof TimeoutException) {
                return new UpstreamFailure.RequestTimedOut();
            }
        }
        return new UpstreamFailure.Unreachable();
    }

    /** @param retryAfter the header's value, or null as HTTP libraries have it */
    static UpstreamFailure ofCall(int status, String retryAfter, Instant now) {
        return switch (status) {
            case 401 -> new UpstreamFailure.TokenRejected();
            case 403 -> new UpstreamFailure.Forbidden();
            case 404 -> new UpstreamFailure.CallNotFound();
            default -> of(status, retryAfter, now);
        };
    }

    /** @param retryAfter the header's value, or null as HTTP libraries have it */
    static UpstreamFailure ofToken(int status, String retryAfter, Instant now) {
        return switch (status) {
            case 400, 401, 403 -> new UpstreamFailure.CredentialsRejected(REFUSED);
            default -> of(status, retryAfter, now);
        };
    }

    private static UpstreamFailure of(int status, String retryAfter, Instant now) {
        Optional<Duration> wait = Optional.ofNullable(retryAfter).flatMap(value -> RetryAfter.parse(value, now));
        if (status == 429) {
            return new UpstreamFailure.Throttled(wait);
        }
        return status >= 500
                ? new UpstreamFailure.ServerError(status, wait)
                : new UpstreamFailure.UnexpectedStatus(status);
    }
}
