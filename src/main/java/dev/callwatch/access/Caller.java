package dev.callwatch.access;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Who makes a request.
 *
 * @param issuerName what the settings call the issuer of its token
 * @param issuer the issuer's URL
 * @param subject who it is to the issuer
 * @param groups the groups that the issuer says it is in
 * @param scopes what it was granted
 * @param expires when its token expires; empty where there is none
 */
public record Caller(
        String issuerName,
        String issuer,
        String subject,
        Set<String> groups,
        Set<String> scopes,
        Optional<Instant> expires) {

    /** Whoever reaches the port, in mode {@code none}. */
    static final Caller ANYONE = new Caller("none", "none", "anyone", Set.of(), Set.of(), Optional.empty());

    /** One text for one subject of one issuer, to tell callers apart by. */
    public String name() {
        return issuer + ' ' + subject;
    }

    /**
     * How long its token is valid from a moment on.
     *
     * @param most the longest result
     * @return zero where it has expired; {@code most} where it does not expire before
     */
    public Duration tokenLifetime(Instant now, Duration most) {
        Duration left = expires.map(end -> Duration.between(now, end)).orElse(most);
        if (left.isNegative()) {
            return Duration.ZERO;
        }
        return left.compareTo(most) < 0 ? left : most;
    }
}
