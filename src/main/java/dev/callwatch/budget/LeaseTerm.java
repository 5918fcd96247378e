package dev.callwatch.budget;

import static dev.callwatch.budget.AdaptiveTokenBucket.WHOLE;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.IntSupplier;

/**
 * Which part of a budget a replica has, with or without a lease; it sets the share of the replica's bucket. Not thread-safe.
 *
 * <p>When a lease ends because the store cannot be used, the replica falls back to the budget divided by the replicas as last
 * known. When a lease ends although nothing failed, the process was suspended: it has no part until it has asked the store.
 */
final class LeaseTerm {

    /**
     * When the store fails for all replicas, all their leases have ended by then: the next renewal is due a second after the
     * last one, and is given up after a quarter of a second.
     */
    private static final Duration OTHERS_ENDED = Duration.ofMillis(1_500);

    /** More than twice the time between two renewals: a process without one for so long was suspended and knows nothing. */
    private static final Duration STALE = Duration.ofMillis(2_500);

    private static final Duration LASTING = Duration.ofMillis(500);

    /** Two clocks drift apart by less within a lease. */
    private static final Duration CLOCKS_DIFFER = Duration.ofMillis(10);

    enum Phase {
        /** A lease. */
        LEASED,
        /** No part: the lease has run out, and whether the store can be used is not known. */
        ENDED,
        /** The last lease or an equal part, whichever is less, until the leases of all others have ended as well. */
        CAREFUL,
        /** An equal part. */
        EQUAL
    }

    private final AdaptiveTokenBucket bucket;
    private final IntSupplier replicas;
    private final Clock clock;

    private Phase phase = Phase.EQUAL;
    private boolean everLeased;

    /** Whether it had a part without a lease since the last renewal. */
    private boolean fellBack = true;

    private int leased;
    private Instant leasedUntil = Instant.EPOCH;

    /** When the store could not be used first and last, since the last renewal or since this replica knew nothing. */
    private Optional<Instant> failedSince = Optional.empty();

    private Optional<Instant> failedAt = Optional.empty();

    /** The most replicas that were known since the last renewal: without the store their number cannot fall. */
    private int mostReplicas = 1;

    /**
     * A replica that has never had a lease begins with an equal part.
     *
     * @param replicas how many there are as last known, at least 1
     */
    LeaseTerm(AdaptiveTokenBucket bucket, IntSupplier replicas, Clock clock) {
        this.bucket = bucket;
        this.replicas = replicas;
        this.clock = clock;
    }

    /** The phase now; the bucket has the part that goes with it. */
    Phase phase() {
        Instant now = clock.instant();
        for (Instant end = end(); !now.isBefore(end); end = end()) {
            follow(end);
        }
        if (phase == Phase.EQUAL && bucket.state().share() != equalPart()) {
            bucket.resize(now, equalPart(), 0);
        }
        return phase;
    }

    boolean isLeased() {
        return phase() == Phase.LEASED;
    }

    /** The part that is leased; 0 where none is. */
    int leased() {
        return isLeased() ? leased : 0;
    }

    boolean wasEverLeased() {
        return everLeased;
    }

    /**
     * How long until the equal part follows, where the last lease left no part: a second and a half after its end at most.
     * Zero in all other cases.
     */
    Duration untilEqualPart() {
        boolean waits = phase() == Phase.CAREFUL && bucket.state().share() == 0;
        return waits ? Duration.between(clock.instant(), leasedUntil.plus(OTHERS_ENDED)) : Duration.ZERO;
    }

    /** Whether it has had a part without a lease since the last renewal. */
    boolean fellBack() {
        return fellBack;
    }

    /**
     * Begins a lease.
     *
     * @param lent how many units the bucket may hold beyond its part
     * @param since when the store was asked, at the latest
     */
    void renewed(int part, long lent, Instant since) {
        phase = Phase.LEASED;
        everLeased = true;
        fellBack = false;
        leased = part;
        leasedUntil = since.plus(SharedBudget.LEASE).minus(CLOCKS_DIFFER);
        forgetFailures();
        mostReplicas = 1;
        bucket.resize(clock.instant(), part, lent);
        phase();
    }

    /** Notes that the store could not be used. What the bucket has given up stays given up: the store may have it. */
    void failed() {
        if (isLeased()) {
            leased = bucket.state().share();
        }
        failedAt = Optional.of(clock.instant());
        failedSince = failedSince.or(() -> failedAt);
        phase();
    }

    /** Until when the phase lasts; {@link Instant#MAX} where that is open. */
    private Instant end() {
        Instant stale = failedAt.map(at -> at.plus(STALE)).orElse(Instant.MAX);
        return switch (phase) {
            case LEASED -> leasedUntil;
            case ENDED -> failedAt.filter(this::isLasting).orElse(Instant.MAX);
            case CAREFUL -> earlier(leasedUntil.plus(OTHERS_ENDED), stale);
            case EQUAL -> stale;
        };
    }

    /** Whether the store failed for some time, and not just one answer was late. */
    private boolean isLasting(Instant lastFailure) {
        return failedSince
                .filter(first -> !lastFailure.isBefore(first.plus(LASTING)))
                .isPresent();
    }

    private void forgetFailures() {
        failedSince = Optional.empty();
        failedAt = Optional.empty();
    }

    private void follow(Instant end) {
        boolean unusable = failedAt.filter(at -> end.isBefore(at.plus(STALE))).isPresent();
        if (!unusable) {
            become(Phase.ENDED, end, 0);
            forgetFailures();
        } else if (phase == Phase.CAREFUL) {
            become(Phase.EQUAL, end, equalPart());
        } else {
            become(Phase.CAREFUL, end, Math.min(leased, equalPart()));
        }
    }

    private void become(Phase next, Instant from, int part) {
        phase = next;
        fellBack |= part > 0;
        bucket.resize(from, part, 0);
    }

    /** The budget divided by the replicas as last known. */
    int equalPart() {
        mostReplicas = Math.max(mostReplicas, replicas.getAsInt());
        return WHOLE / mostReplicas;
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
