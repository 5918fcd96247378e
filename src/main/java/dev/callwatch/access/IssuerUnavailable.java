package dev.callwatch.access;

import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.ProblemType;
import java.time.Duration;
import java.util.Optional;

/** The keys that a token needs cannot be read now: nothing is known about whether it is valid. */
public final class IssuerUnavailable extends ProblemException {

    private final String issuer;
    private final transient Duration retryAfter;

    /**
     * @param issuer what the settings call the issuer
     * @param retryAfter when its keys may be read again
     */
    IssuerUnavailable(String issuer, Duration retryAfter) {
        super(
                ProblemType.ISSUER_UNAVAILABLE,
                "The bearer token cannot be verified now, since the keys of its issuer cannot be read.");
        this.issuer = issuer;
        this.retryAfter = retryAfter;
    }

    /** What the settings call the issuer. */
    String issuer() {
        return issuer;
    }

    @Override
    public Optional<Duration> retryAfter() {
        return Optional.of(retryAfter);
    }
}
