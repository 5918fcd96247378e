package dev.callwatch.problem;

import java.net.URI;
import java.util.Locale;

/** The catalogue of problems that Callwatch answers by name; framework errors are {@code about:blank} instead. */
public enum ProblemType {
    /** The request is malformed; {@code violations} says where. */
    INVALID_REQUEST(400, "Invalid request"),
    /** The caller has no valid bearer token, or no longer has one. */
    UNAUTHENTICATED(401, "Unauthenticated"),
    /** The caller may not read the account, whether there is one or not. */
    FORBIDDEN(403, "Forbidden"),
    /** This process does not hold the account. */
    ACCOUNT_NOT_FOUND(404, "Account not found"),
    /** Vonage does not know the call, or forgot it 24 hours after its end. */
    CALL_NOT_FOUND(404, "Call not found"),
    /** This caller asks too much of us. */
    RATE_LIMITED(429, "Rate limited"),
    /** Our own budget for the account is spent. */
    BUDGET_EXHAUSTED(503, "Budget exhausted"),
    /** The keys that a bearer token needs cannot be read now. */
    ISSUER_UNAVAILABLE(503, "Issuer unavailable"),
    /** Vonage answered 429. */
    UPSTREAM_THROTTLED(503, "Upstream throttled"),
    /** The region's circuit is open. */
    UPSTREAM_UNAVAILABLE(503, "Upstream unavailable"),
    /** The token was refused, or Vonage answered 401 after one renewal. */
    UPSTREAM_REJECTED_CREDENTIALS(502, "Upstream rejected our credentials"),
    /** Vonage answered 403. */
    UPSTREAM_FORBIDDEN(502, "Upstream forbids the request"),
    /** No connection, or it was cut off. */
    UPSTREAM_UNREACHABLE(502, "Upstream unreachable"),
    /** Vonage answered 5xx or a status that has no problem of its own. */
    UPSTREAM_ERROR(502, "Upstream error"),
    /** Vonage answered a document that is not a call. */
    UPSTREAM_MALFORMED(502, "Upstream answer malformed"),
    /** The deadline passed. */
    UPSTREAM_TIMEOUT(504, "Upstream timeout"),
    /** {@code only-if-cached} was asked for and nothing fresh is remembered (RFC 9111, section 5.2.1.7). */
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

    /** The same few words each time, as RFC 9457, section 3.1.4, asks. */
    public String title() {
        return title;
    }

    /** {@code urn:callwatch:problem:} and the {@link #code()}. */
    public URI type() {
        return type;
    }

    /** The name in lower case with hyphens. */
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
