package dev.callwatch.vonage;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What a status other than 200 means. The body is never looked at. */
final class Refusals {

    private Refusals() {}

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
            case 400, 401, 403 -> UpstreamFailure.CredentialsRejected.byTokenEndpoint();
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
