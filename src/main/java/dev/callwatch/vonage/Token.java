package dev.callwatch.vonage;

import java.time.Duration;
import java.time.Instant;

/**
 * An access token.
 *
 * @param value the token itself; never in the text form of this record
 * @param renewAt when to begin asking for the next one while this one is still valid
 * @param expiresAt when it is no longer used
 */
record Token(String value, Instant renewAt, Instant expiresAt) {

    private static final Duration MOST_AHEAD = Duration.ofSeconds(60);
    private static final int SHARE_AHEAD = 10;
    private static final Duration MOST_MARGIN = Duration.ofSeconds(5);
    private static final int SHARE_MARGIN = 20;

    /** A token whose life begins now: renewed in its last tenth (60 s at most), unused in its last twentieth (5 s). */
    static Token issued(String value, Instant now, Duration lifetime) {
        Duration life = lifetime.isNegative() ? Duration.ZERO : lifetime;
        return new Token(
                value,
                now.plus(life).minus(lesser(MOST_AHEAD, life.dividedBy(SHARE_AHEAD))),
                now.plus(life).minus(lesser(MOST_MARGIN, life.dividedBy(SHARE_MARGIN))));
    }

    boolean isValid(Instant now) {
        return now.isBefore(expiresAt);
    }

    boolean isDueForRenewal(Instant now) {
        return !now.isBefore(renewAt);
    }

    private static Duration lesser(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    @Override
    public String toString() {
        return "Token[value=***, expiresAt=" + expiresAt + "]";
    }
}
