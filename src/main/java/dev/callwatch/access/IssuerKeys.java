package dev.callwatch.access;

import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jose4j.jwk.JsonWebKey;

/**
 * The keys of one issuer: read when the first token comes, again every 10 minutes while tokens come, and when a token is
 * signed with a key that is not known. One reading serves all who wait for it. Known keys stay in use while the issuer cannot
 * be asked. Safe for concurrent use.
 */
final class IssuerKeys {

    /**
     * Keys as they were read.
     *
     * @param readAt by the steady clock
     */
    record Known(List<JsonWebKey> keys, Instant readAt) {

        private boolean isOld(long now) {
            return now - readAt.toEpochMilli() >= MAX_AGE.toMillis();
        }
    }

    private static final Logger LOG = Logger.getLogger(IssuerKeys.class);

    /** A key that the issuer withdraws is believed no longer than this. */
    private static final Duration MAX_AGE = Duration.ofMinutes(10);

    private static final Duration BETWEEN_FIRST_READS = Duration.ofSeconds(1);

    /** Tokens with invented keys must not make us a load for the issuer. */
    private static final Duration BETWEEN_REFRESHES = Duration.ofSeconds(5);

    /** Tokens with invented keys must not make us hold any number of requests. */
    private static final int MOST_WAITING = 100;

    private final Issuer issuer;
    private final Supplier<Uni<List<JsonWebKey>>> client;
    private final Clock clock;

    /** Changed only with the lock. */
    private volatile Optional<Known> known = Optional.empty();

    private Optional<Uni<Known>> inFlight = Optional.empty();
    private Instant nextRead = Instant.EPOCH;
    private boolean failed;
    private int waiting;

    /** @param client reads the keys each time it is called and subscribed to */
    IssuerKeys(Issuer issuer, Supplier<Uni<List<JsonWebKey>>> client, Clock clock) {
        this.issuer = issuer;
        this.client = client;
        this.clock = clock;
    }

    Issuer issuer() {
        return issuer;
    }

    /** The keys that are known, or {@link IssuerUnavailable} where there are none and they cannot be read now. */
    Uni<Known> current() {
        return Uni.createFrom().deferred(this::knownOrRead);
    }

    /**
     * Keys that were read after others, since those lack the one that a token is signed with.
     *
     * @return newer keys; the same ones where they were read too short a time ago to read them again; or
     *     {@link IssuerUnavailable} where they cannot be read now
     */
    Uni<Known> newerThan(Known lacking) {
        return Uni.createFrom().deferred(() -> newer(lacking));
    }

    /**
     * Whether keys are still the last that were read. Where they are old, they are read again meanwhile. Each request with a token
     * that was verified before asks this, so it takes no lock.
     *
     * @param now in ms of the steady clock
     */
    boolean isCurrent(Known used, long now) {
        Optional<Known> last = known;
        boolean current = last.isPresent() && last.get() == used;
        if (current && used.isOld(now)) {
            refresh(used);
        }
        return current;
    }

    private synchronized void refresh(Known last) {
        refresh(last, clock.instant());
    }

    private synchronized Uni<Known> knownOrRead() {
        Instant now = clock.instant();
        if (known.isEmpty()) {
            return inFlight.isPresent() || !isHeld(now) ? read(BETWEEN_FIRST_READS) : unavailable(now);
        }
        Known last = known.get();
        refresh(last, now);
        return Uni.createFrom().item(last);
    }

    private void refresh(Known last, Instant now) {
        if (last.isOld(now.toEpochMilli()) && !isHeld(now)) {
            read(BETWEEN_REFRESHES).subscribe().with(refreshed -> {}, unreadable -> {});
        }
    }

    private synchronized Uni<Known> newer(Known lacking) {
        Instant now = clock.instant();
        Known last = known.orElse(lacking);
        if (last != lacking) {
            return Uni.createFrom().item(last);
        }
        if (inFlight.isEmpty() && isHeld(now)) {
            return failed ? unavailable(now) : Uni.createFrom().item(last);
        }
        if (waiting >= MOST_WAITING) {
            return Uni.createFrom().failure(new IssuerUnavailable(issuer.name(), BETWEEN_FIRST_READS));
        }
        waiting++;
        return read(BETWEEN_REFRESHES).onTermination().invoke(this::leave);
    }

    private synchronized void leave() {
        waiting--;
    }

    private Uni<Known> read(Duration untilNext) {
        if (inFlight.isPresent()) {
            return inFlight.get();
        }
        Uni<Known> reading = Uni.createFrom()
                .deferred(client::get)
                .map(keys -> new Known(List.copyOf(keys), clock.instant()))
                .onItemOrFailure()
                .invoke((read, failure) -> settle(read, failure, untilNext))
                .onFailure()
                .transform(failure -> new IssuerUnavailable(issuer.name(), untilNext))
                .memoize()
                .indefinitely();
        inFlight = Optional.of(reading);
        return reading;
    }

    private synchronized void settle(Known read, Throwable failure, Duration untilNext) {
        inFlight = Optional.empty();
        failed = failure != null;
        if (failed) {
            LOG.warnf("The keys of the issuer %s cannot be read: %s", issuer.name(), failure.getMessage());
            nextRead = clock.instant().plus(untilNext);
        } else {
            // The first keys may be old ones: a token with a newer key is no reason to wait.
            nextRead = known.isEmpty() ? clock.instant() : clock.instant().plus(untilNext);
            known = Optional.of(read);
        }
    }

    private boolean isHeld(Instant now) {
        return now.isBefore(nextRead);
    }

    private Uni<Known> unavailable(Instant now) {
        return Uni.createFrom().failure(new IssuerUnavailable(issuer.name(), Duration.between(now, nextRead)));
    }
}
