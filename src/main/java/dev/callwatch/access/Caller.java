package dev.callwatch.access;

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

    /** One subject of one issuer, as limits count it. */
    record Key(String issuer, String subject) {}

    /** One text for one subject of one issuer, to tell callers apart by. */
    public String name() {
        return issuer + ' ' + subject;
    }

    Key key() {
        return new Key(issuer, subject);
    }
}
