package dev.callwatch.access;

import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.ProblemType;

/** The caller has no valid bearer token, or no longer has one. */
public final class Unauthenticated extends ProblemException {

    private final boolean invalid;
    private final String reason;

    private Unauthenticated(String detail, boolean invalid, String reason) {
        super(ProblemType.UNAUTHENTICATED, detail);
        this.invalid = invalid;
        this.reason = reason;
    }

    static Unauthenticated noToken() {
        return new Unauthenticated("A bearer token is required.", false, "no-token");
    }

    /** @param reason what was wrong, for the audit log only: it would help to forge tokens */
    static Unauthenticated invalidToken(String reason) {
        return new Unauthenticated(
                "The bearer token is not valid: it has to be a current one, made for this service by an issuer it trusts.",
                true,
                reason);
    }

    /** The token of a request that still runs has expired. */
    public static Unauthenticated expired() {
        return new Unauthenticated("The bearer token has expired. Come back with a new one.", true, "expired");
    }

    /** The value of {@code WWW-Authenticate} (RFC 6750, section 3). */
    public String challenge() {
        return invalid ? "Bearer error=\"invalid_token\"" : "Bearer";
    }

    String reason() {
        return reason;
    }
}
