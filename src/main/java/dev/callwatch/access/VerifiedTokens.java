package dev.callwatch.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.callwatch.time.WallClock;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The callers whose tokens were verified in the last 60 s, so that not every request costs a signature. What is kept of a token is
 * its SHA-256. A caller is forgotten when its token expires and when the issuer's keys were read again. Safe for concurrent use.
 */
@Singleton
// Caffeine finds the classes it generated for this mix of features by their names.
@RegisterForReflection(
        classNames = {"com.github.benmanes.caffeine.cache.SSMWW", "com.github.benmanes.caffeine.cache.PSWMW"})
class VerifiedTokens {

    private static final Duration LONGEST = Duration.ofSeconds(60);

    /** A caller costs about as much as its token is long, and this for its objects. */
    private static final int BYTES_BESIDE_TOKEN = 1_000;

    private static final int MOST_BYTES = 16 << 20;

    /**
     * A verified token.
     *
     * @param with the keys with which it was verified
     */
    private record Verified(Caller caller, IssuerKeys keys, IssuerKeys.Known with, int bytes) {}

    private final WallClock wallClock;
    private final Cache<String, Verified> verified;

    VerifiedTokens(WallClock wallClock, Clock clock) {
        this.wallClock = wallClock;
        this.verified = Caffeine.newBuilder()
                .maximumWeight(MOST_BYTES)
                .weigher((String hash, Verified token) -> token.bytes())
                .expireAfterWrite(LONGEST)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                // A hand-over to the common pool for each write costs more than the maintenance itself.
                .executor(Runnable::run)
                .build();
    }

    /** Whom a token is about, where it was verified a moment ago and would be verified again. */
    Optional<Caller> find(String authorization) {
        return Optional.ofNullable(verified.getIfPresent(hash(authorization)))
                .filter(token -> token.keys().isCurrent(token.with()))
                .map(Verified::caller)
                .filter(caller ->
                        caller.expires().filter(wallClock.now()::isBefore).isPresent());
    }

    /**
     * Keeps a caller.
     *
     * @param authorization the header with the token
     * @param with the keys of the issuer with which it was verified
     */
    void remember(String authorization, Caller caller, IssuerKeys keys, IssuerKeys.Known with) {
        int bytes = BYTES_BESIDE_TOKEN + authorization.length();
        verified.put(hash(authorization), new Verified(caller, keys, with, bytes));
    }

    private static String hash(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return new String(hash, StandardCharsets.ISO_8859_1);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
