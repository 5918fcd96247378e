package dev.callwatch.budget;

import static dev.callwatch.budget.AdaptiveTokenBucket.UNITS_PER_PERMIT;
import static dev.callwatch.budget.AdaptiveTokenBucket.WHOLE;

import dev.callwatch.account.Allowance;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;

/**
 * The token bucket of one replica, with the part of the account's budget that it leases. It decides about permits by itself
 * for as long as the lease runs. Safe for concurrent use.
 */
final class LeasedTokenBucket {

    /** Polls count like requests up to this part; beyond it the requests of other replicas come first. */
    private static final int POLLS_SHARE = WHOLE / 4;

    private static final double SECONDS_PER_MINUTE = 60;

    /** The store's clock is read in microseconds, ours in milliseconds. */
    private static final Duration TICK = Duration.ofMillis(1);

    private final String replica;
    private final Allowance ceiling;
    private final IntSupplier replicas;
    private final Clock clock;
    private final AdaptiveTokenBucket bucket;
    private final LeaseTerm term;
    private final Demand demand;

    /** What the store has of this replica. */
    private BudgetLease lease = new BudgetLease(0, 0, 0, 0, Optional.empty(), Instant.EPOCH);

    /** The part that is due, by what was read last. */
    private int due;

    /** Whether nothing is leased to anybody, and what was in the pool, by what was read last. */
    private boolean pooled;

    private long pool;
    private Instant poolAt = Instant.EPOCH;

    /** Counts answers of 429, so that one that arrives during a renewal goes with the next. */
    private long throttled;

    private long throttledKnown;

    /**
     * A bucket that has never leased anything: full, with the budget divided by the replicas that are known.
     *
     * @param replica the name of this process among the replicas
     * @param replicas how many there are as last known, at least 1
     * @param random numbers from 0 (inclusive) to 1 (exclusive)
     */
    LeasedTokenBucket(String replica, Allowance ceiling, IntSupplier replicas, Clock clock, DoubleSupplier random) {
        this.replica = replica;
        this.ceiling = ceiling;
        this.replicas = replicas;
        this.clock = clock;
        this.bucket = new AdaptiveTokenBucket(ceiling, clock, random);
        this.term = new LeaseTerm(bucket, replicas, clock);
        this.demand = new Demand(clock);
    }

    /**
     * A renewal that is under way.
     *
     * @param phase what the bucket had its part by before
     * @param before what the bucket was before
     * @param readAt when the store was asked, by the clock of this process, at the latest
     * @param throttled how many answers of 429 it knows of
     * @param announcement what others have to know of at once
     */
    record Pending(
            SharedBudget.Grant grant,
            LeaseTerm.Phase phase,
            BucketState before,
            Instant readAt,
            long throttled,
            Optional<Backoff> announcement) {

        /** Units that are given up. */
        private long givenUp() {
            return before.units() - grant.kept();
        }
    }

    synchronized Optional<Permit> tryTake(RateLimiter.Use use) {
        term.phase();
        Optional<Permit> permit = bucket.tryTake(use);
        permit.ifPresent(taken -> demand.taken(use));
        return permit;
    }

    /** Reports a 429 to a request that was sent under a permit of this bucket. */
    synchronized void throttled(Permit permit, Optional<Duration> retryAfter) {
        throttled++;
        permit.throttled(retryAfter);
    }

    synchronized void waiting(int requests, int polls) {
        demand.waiting(requests, polls);
    }

    /**
     * How long until this many permits are there, by the part that is due, since others give it up within two seconds; by all
     * of the budget before others know what is wanted.
     */
    synchronized Duration until(long permits) {
        return bucket.until(missing(permits), isPooled() || isToBeSeen() ? WHOLE : expected())
                .plus(term.untilEqualPart());
    }

    /** The same, if this replica was given all of the budget at once. */
    synchronized Duration untilAtBest(long permits) {
        return bucket.until(missing(permits), WHOLE);
    }

    synchronized Duration period() {
        return bucket.period(expected());
    }

    synchronized long reserve() {
        return isPooled() ? bucket.burstOfAll() / 2 : bucket.reserve();
    }

    synchronized Duration pause() {
        return bucket.pause();
    }

    synchronized double perMinute() {
        return bucket.perMinute(
                isPooled() ? WHOLE / replicas.getAsInt() : bucket.state().share());
    }

    synchronized long available() {
        term.phase();
        return bucket.available();
    }

    synchronized long backoffs() {
        return bucket.backoffs();
    }

    /** Whether another renewal may bring more. */
    synchronized boolean lacks() {
        return isToBeSeen() || isPooled() || term.isLeased() && due > lease.has();
    }

    /** Whether each permit has to come from the pool. */
    synchronized boolean isPooled() {
        return term.isLeased() && pooled;
    }

    /** Applies a 429 of another replica. */
    synchronized void apply(Backoff backoff) {
        term.phase();
        bucket.apply(backoff);
    }

    /**
     * Begins to renew the lease. What is given up is taken out of the bucket at once; what is received comes with {@link
     * #renewed}.
     *
     * @param readAt when the store was asked, by the clock of this process, at the latest
     */
    synchronized Pending renew(LeaseStore.Reading read, Instant readAt, boolean leaving) {
        LeaseTerm.Phase phase = term.phase();
        if (!term.wasEverLeased() && read.budget().isPresent()) {
            // The permits that its first bucket began with belong to the other replicas.
            bucket.resize(clock.instant(), 0, 0);
        }
        read.budget().ifPresent(budget -> bucket.apply(budget.backoffAt(read.at())));
        BucketState before = bucket.state();
        SharedBudget shared = read(read, before.backoff());
        Duration elapsed = Duration.between(readAt, clock.instant());
        boolean unknown = isUnknown(before.backoff(), shared.backoffAt(read.at()));
        // The store's clock has gone on since it was read: a pause must not become shorter by that.
        Backoff backoff = unknown ? before.backoff().after(elapsed.negated()) : shared.backoffAt(read.at());
        SharedBudget.Grant grant = shared.renew(
                new SharedBudget.Renewal(
                        replica,
                        ceiling,
                        term.leased(),
                        before.share(),
                        before.units(),
                        wants(),
                        wantsMore(),
                        demand.waitingRequests() * UNITS_PER_PERMIT,
                        leaving),
                read.at(),
                read.at().plus(elapsed).plus(TICK),
                backoff);
        Pending renewal = new Pending(
                grant, phase, before, readAt, throttled, Optional.of(backoff).filter(some -> unknown));
        bucket.remove(renewal.givenUp());
        bucket.resize(
                clock.instant(),
                Math.min(before.share(), grant.lease().has()),
                grant.lease().lent());
        return renewal;
    }

    /** Whether the renewal changes anything but the expiry. */
    synchronized boolean isWorthWriting(Pending renewal) {
        BudgetLease next = renewal.grant().lease();
        return renewal.phase() != LeaseTerm.Phase.LEASED
                || next.has() != lease.has()
                || next.lent() != lease.lent()
                || next.waitingSince().isPresent() != lease.waitingSince().isPresent()
                || next.wants() > lease.wants()
                || renewal.grant().received() > 0
                || renewal.announcement().isPresent();
    }

    /** The store has been written. */
    synchronized void renewed(Pending renewal) {
        see(renewal, renewal.grant().next().pool());
        lease = renewal.grant().lease();
        throttledKnown = renewal.throttled();
        term.renewed(lease.has(), lease.lent(), renewal.readAt());
        bucket.add(renewal.grant().received());
    }

    /** The store was read only: it says what the others want. */
    synchronized void unwritten(Pending renewal) {
        see(renewal, renewal.grant().next().pool() - renewal.givenUp());
        abandoned(renewal);
    }

    /** The store was not written, since another replica was faster: the bucket gets back what it gave up. */
    synchronized void abandoned(Pending renewal) {
        if (term.phase() == renewal.phase()) {
            bucket.resize(
                    clock.instant(), renewal.before().share(), renewal.before().lent());
            bucket.add(renewal.givenUp());
        }
    }

    /** The store could not be used. */
    synchronized void failed() {
        term.failed();
    }

    private void see(Pending renewal, long units) {
        due = renewal.grant().due();
        pooled = renewal.grant().isPooled();
        pool = units;
        poolAt = renewal.readAt();
    }

    /** The budget as it was read; marked where the store has lost the lease of this replica, and so perhaps those of others. */
    private SharedBudget read(LeaseStore.Reading read, Backoff own) {
        SharedBudget budget = read.budget().orElseGet(() -> SharedBudget.spent(read.at(), own));
        boolean lost = term.isLeased()
                ? !budget.isRunning(replica, read.at())
                : read.budget().isEmpty() || term.fellBack() && !budget.isLeased(read.at());
        return term.wasEverLeased() && lost ? budget.withUnknownParts(read.at()) : budget;
    }

    /**
     * Whether the store does not know of a 429. A pause that only was read there does not count: each clock ends it a little
     * later, and written back it would never end.
     */
    private boolean isUnknown(Backoff own, Backoff known) {
        return own.count() > known.count() || throttled > throttledKnown && own.isMoreThan(known, ceiling);
    }

    /** Whether the part that is due is not known before the next renewal. */
    private boolean isToBeSeen() {
        return term.phase() == LeaseTerm.Phase.ENDED || term.isLeased() && wants() > lease.wants();
    }

    /** The part that this replica can count on. */
    private int expected() {
        if (isPooled()) {
            return WHOLE / replicas.getAsInt();
        }
        if (term.isLeased()) {
            return Math.max(lease.has(), due);
        }
        int share = bucket.state().share();
        return share == 0 ? term.equalPart() : share;
    }

    /** In units, less what is in the pool as far as is known. */
    private long missing(long permits) {
        if (!isPooled()) {
            return permits * UNITS_PER_PERMIT;
        }
        double refill = Duration.between(poolAt, clock.instant()).toNanos() / 1e3 * bucket.perMinute(WHOLE);
        double most = (double) bucket.burstOfAll() * UNITS_PER_PERMIT;
        return permits * UNITS_PER_PERMIT - (long) Math.min(most, pool + refill);
    }

    private int wants() {
        return (int) Math.min(WHOLE, part(RateLimiter.Use.REQUEST) + Math.min(POLLS_SHARE, part(RateLimiter.Use.POLL)));
    }

    private int wantsMore() {
        return (int) Math.max(0, Math.min(WHOLE, part(RateLimiter.Use.POLL) - POLLS_SHARE));
    }

    private double part(RateLimiter.Use use) {
        return demand.perSecond(use) * SECONDS_PER_MINUTE / bucket.perMinute(WHOLE) * WHOLE;
    }
}
