package dev.callwatch.vonage;

import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.outbound.BodyTooLarge;
import dev.callwatch.outbound.TooMuchInFlight;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** Names the failures of requests to Vonage. The body of a refusal is never read. */
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
            if (cause instanceof TimeoutException) {
                return new UpstreamFailure.RequestTimedOut();
            }
            if (cause instanceof TooMuchInFlight) {
                return new UpstreamFailure.TooMuchInFlight();
            }
            if (cause instanceof BodyTooLarge) {
                return new UpstreamFailure.Malformed("Vonage answered more than 1 MiB.");
            }
        }
        return new UpstreamFailure.Unreachable();
    }

    /** @param retryAfter how long Vonage asks to wait, where it says so */
    static UpstreamFailure ofCall(int status, Optional<Duration> retryAfter) {
        return switch (status) {
            case 401 -> new UpstreamFailure.TokenRejected();
            case 403 -> new UpstreamFailure.Forbidden();
            case 404 -> new UpstreamFailure.CallNotFound();
            default -> of(status, retryAfter);
        };
    }

    /** @param retryAfter how long Vonage asks to wait, where it says so */
    static UpstreamFailure ofToken(int status, Optional<Duration> retryAfter) {
        return switch (status) {
            case 400, 401, 403 -> new UpstreamFailure.CredentialsRejected(REFUSED);
            default -> of(status, retryAfter);
        };
    }

    private static UpstreamFailure of(int status, Optional<Duration> retryAfter) {
        if (status == 429) {
            return new UpstreamFailure.Throttled(retryAfter);
        }
        return status >= 500
                ? new UpstreamFailure.ServerError(status, retryAfter)
                : new UpstreamFailure.UnexpectedStatus(status);
    }
}
