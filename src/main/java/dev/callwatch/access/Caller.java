package dev.callwatch.access;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Who asks us.
 *
 * @param issuerName what the settings call the issuer that vouches for it
 * @param issuer the issuer's URL
 * @param subject who it is to the issuer
 * @param groups the groups that the issuer says it is in
 * @param scopes what it was granted
 * @param expires when the issuer no longer vouches for it; empty where nobody does
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
     * How long it is vouched for from a moment on.
     *
     * @param most what to tell at most
     * @return zero where that is over; {@code most} where it does not end before
     */
    public Duration tokenLifetime(Instant now, Duration most) {
        Duration left = expires.map(end -> Duration.between(now, end)).orElse(most);
        if (left.isNegative()) {
            return Duration.ZERO;
        }
        return left.compareTo(most) < 0 ? left : most;
    }
}
