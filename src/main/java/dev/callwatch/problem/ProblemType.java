package dev.callwatch.problem;

import java.net.URI;
import java.util.Locale;

/** The catalogue of problems that have a name. Errors of the framework are {@code about:blank} instead. */
public enum ProblemType {
    /** The request is malformed; {@code violations} names the parts. */
    INVALID_REQUEST(400, "Invalid request"),
    /** The caller has no valid bearer token, or no longer has one. */
    UNAUTHENTICATED(401, "Unauthenticated"),
    /** The caller may not read the account, whether it exists or not. */
    FORBIDDEN(403, "Forbidden"),
    /** This process does not hold the account. */
    ACCOUNT_NOT_FOUND(404, "Account not found"),
    /** Vonage does not know the call, or forgot it 24 hours after its end. */
    CALL_NOT_FOUND(404, "Call not found"),
    /** The sink of a subscription is not allowed, or did not agree to be called. */
    SINK_REFUSED(422, "Sink refused"),
    /** This caller makes too many requests. */
    RATE_LIMITED(429, "Rate limited"),
    /** The budget of the account, which Callwatch sets itself, is spent. */
    BUDGET_EXHAUSTED(503, "Budget exhausted"),
    /** The keys that a bearer token needs cannot be read now. */
    ISSUER_UNAVAILABLE(503, "Issuer unavailable"),
    /** Subscriptions cannot be read or kept now. */
    STORE_UNAVAILABLE(503, "Store unavailable"),
    /** Vonage answered 429. */
    UPSTREAM_THROTTLED(503, "Upstream throttled"),
    /** The region's circuit is open. */
    UPSTREAM_UNAVAILABLE(503, "Upstream unavailable"),
    /** Vonage refused the client credentials, or answered 401 to a new token as well. */
    UPSTREAM_REJECTED_CREDENTIALS(502, "Upstream rejected our credentials"),
    /** Vonage answered 403. */
    UPSTREAM_FORBIDDEN(502, "Upstream forbids the request"),
    /** There is no connection to Vonage, or it was lost. */
    UPSTREAM_UNREACHABLE(502, "Upstream unreachable"),
    /** Vonage answered 5xx, or another status that has no problem of its own. */
    UPSTREAM_ERROR(502, "Upstream error"),
    /** Vonage answered a document that is not a call. */
    UPSTREAM_MALFORMED(502, "Upstream answer malformed"),
    /** The deadline of the look-up passed. */
    UPSTREAM_TIMEOUT(504, "Upstream timeout"),
    /** The request has {@code only-if-cached}, and no fresh status is cached (RFC 9111, section 5.2.1.7). */
    NOT_CACHED(504, "Not cached");

    private final int status;
    private final String title;
    private final URI type;

    ProblemType(int status, String title) {
        this.status = status;
        this.title = title;
        this.type = URI.create("urn:callwatch:problem:" + code());
    }

    /** The HTTP status code. */
    public int status() {
        return status;
    }

    /** The kind of problem in a few words, the same for each occurrence (RFC 9457, section 3.1.4). */
    public String title() {
        return title;
    }

    /** {@code urn:callwatch:problem:} followed by the {@link #code()}. */
    public URI type() {
        return type;
    }

    /** The name in lower case with hyphens. */
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
