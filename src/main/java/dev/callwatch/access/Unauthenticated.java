package dev.callwatch.access;

import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.ProblemType;

/** The caller has no valid bearer token, or no longer has one. */
public final class Unauthenticated extends ProblemException {

    private static final String INVALID_TOKEN = "Bearer error=\"invalid_token\"";

    private final String challenge;
    private final String reason;

    private Unauthenticated(String detail, String challenge, String reason) {
        super(ProblemType.UNAUTHENTICATED, detail);
        this.challenge = challenge;
        this.reason = reason;
    }

    static Unauthenticated noToken() {
        return new Unauthenticated("A bearer token is required.", "Bearer", "no-token");
    }

    /** @param reason what was wrong, for the audit log only: it would help to forge tokens */
    static Unauthenticated invalidToken(String reason) {
        return new Unauthenticated(
                "The bearer token is not valid. It must not have expired, and a trusted issuer must have made it for this service.",
                INVALID_TOKEN,
                reason);
    }

    /** The token of a request that still runs has expired. */
    public static Unauthenticated expired() {
        return new Unauthenticated("The bearer token has expired. Send a new one.", INVALID_TOKEN, "expired");
    }

    /**
     * A notification of Vonage has no signature that holds.
     *
     * @param reason what was wrong, for the audit log only
     */
    public static Unauthenticated invalidSignature(String reason) {
        return new Unauthenticated("The signature is missing or not valid.", "Vonage-Signature", reason);
    }

    /** The value of {@code WWW-Authenticate} (RFC 6750, section 3). */
    public String challenge() {
        return challenge;
    }

    String reason() {
        return reason;
    }
}
