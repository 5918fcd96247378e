package dev.callwatch.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.callwatch.time.WallClock;
import io.netty.channel.Channel;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import io.netty.util.AttributeMap;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The callers whose tokens were verified in the last 60 s, so that not every request costs a signature. What is kept of a token is
 * its SHA-256; a connection also remembers the last one as it came, because a hash costs a tenth of what a cached look-up does, and
 * most clients send the same token with each request. All connections together remember 8 MiB. A caller is forgotten when its token
 * expires, which is measured with the steady clock from the verification on, and when the issuer's keys were read again. Safe for
 * concurrent use.
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

    /** Of the headers that all connections remember together, in characters. */
    private static final int MOST_REMEMBERED = 8 << 20;

    private static final AttributeKey<Connection> CONNECTION = AttributeKey.valueOf(VerifiedTokens.class, "connection");

    /**
     * A verified token.
     *
     * @param with the keys with which it was verified
     * @param until when it is verified again, in ms of the steady clock
     */
    private record Verified(Caller caller, IssuerKeys keys, IssuerKeys.Known with, long until, int bytes) {}

    /** The last verified token that came over a connection. */
    private record Last(String authorization, Verified token) {

        private int length() {
            return authorization.length();
        }
    }

    private final WallClock wallClock;
    private final Clock clock;
    private final Cache<String, Verified> verified;

    /** The characters of all headers that connections remember. */
    private final AtomicLong remembered = new AtomicLong();

    VerifiedTokens(WallClock wallClock, Clock clock) {
        this.wallClock = wallClock;
        this.clock = clock;
        this.verified = Caffeine.newBuilder()
                .maximumWeight(MOST_BYTES)
                .weigher((String hash, Verified token) -> token.bytes())
                .expireAfterWrite(LONGEST)
                .ticker(() -> Duration.ofMillis(clock.millis()).toNanos())
                // A hand-over to the common pool for each write costs more than the maintenance itself.
                .executor(Runnable::run)
                .build();
    }

    /**
     * Whom a token is about, where it was verified a moment ago and would be verified again.
     *
     * @param connection over which it came
     * @param authorization the header with the token
     */
    Optional<Caller> find(AttributeMap connection, String authorization) {
        Connection known = connection(connection);
        Optional<Caller> last = known.find(authorization);
        if (last.isPresent()) {
            return last;
        }
        Optional<Verified> token =
                Optional.ofNullable(verified.getIfPresent(hash(authorization))).filter(this::isValid);
        known.remember(token.map(found -> new Last(authorization, found)));
        return token.map(Verified::caller);
    }

    private Connection connection(AttributeMap connection) {
        Attribute<Connection> attribute = connection.attr(CONNECTION);
        Connection known = attribute.get();
        if (known != null) {
            return known;
        }
        Connection first = new Connection();
        Connection other = attribute.setIfAbsent(first);
        if (other != null) {
            return other;
        }
        if (connection instanceof Channel channel) {
            channel.closeFuture().addListener(closed -> first.close());
        }
        return first;
    }

    /** How many characters all connections remember. */
    long remembered() {
        return remembered.get();
    }

    /** What a connection remembers: one header, where all of them together leave room for it. */
    private final class Connection {

        private volatile Optional<Last> last = Optional.empty();
        private boolean closed;

        private Optional<Caller> find(String authorization) {
            Optional<Last> known = last;
            return known.isPresent()
                            && known.get().authorization().equals(authorization)
                            && isValid(known.get().token())
                    ? Optional.of(known.get().token().caller())
                    : Optional.empty();
        }

        private synchronized void remember(Optional<Last> next) {
            last.ifPresent(before -> remembered.addAndGet(-before.length()));
            last = closed ? Optional.empty() : next.filter(this::hasRoom);
        }

        private boolean hasRoom(Last next) {
            boolean fits = remembered.addAndGet(next.length()) <= MOST_REMEMBERED;
            if (!fits) {
                remembered.addAndGet(-next.length());
            }
            return fits;
        }

        private synchronized void close() {
            remember(Optional.empty());
            closed = true;
        }
    }

    private boolean isValid(Verified token) {
        long now = clock.millis();
        return now < token.until() && token.keys().isCurrent(token.with(), now);
    }

    /**
     * Keeps a caller.
     *
     * @param authorization the header with the token
     * @param with the keys of the issuer with which it was verified
     */
    void remember(String authorization, Caller caller, IssuerKeys keys, IssuerKeys.Known with) {
        int bytes = BYTES_BESIDE_TOKEN + authorization.length();
        Duration valid = caller.tokenLifetime(wallClock.now(), LONGEST);
        long until = clock.millis() + valid.toMillis();
        verified.put(hash(authorization), new Verified(caller, keys, with, until, bytes));
    }

    private static String hash(String text) {
        return new String(Sha256.of(text), StandardCharsets.ISO_8859_1);
    }
}
