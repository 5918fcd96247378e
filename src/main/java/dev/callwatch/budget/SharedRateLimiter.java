package dev.callwatch.budget;

import dev.callwatch.account.Allowance;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import org.jboss.logging.Logger;

/**
 * The rate limiter of one account in one of several replicas. It decides about permits by itself, within the part of the
 * budget that it leases; it renews the lease once a second, when {@link #renew} is called, and more often while requests wait.
 *
 * <p>Together replicas give no more permits than one bucket would, as long as each reaches the store, however they start,
 * leave, are killed or suspended. When all lose the store, each falls back to the budget divided by the replicas as last known,
 * which sums up to one budget too. The limits of that:
 *
 * <ul>
 *   <li>While k of n replicas are cut off from a store that the others reach, they add up to k/n of the budget.
 *   <li>A process that starts without the store, or with an empty one, takes a whole budget until it reaches the store. So does
 *       one that starts, or resumes after a suspension, in the second in which a lost store is back and others have not
 *       reached it yet.
 *   <li>Without the store each replica can hold one permit: the burst is at least the number of replicas.
 * </ul>
 */
public final class SharedRateLimiter implements RateLimiter {

    private static final Logger LOG = Logger.getLogger(SharedRateLimiter.class);

    /** How many times in a row others may be faster. */
    private static final int ATTEMPTS = 5;

    /** While requests wait. Other replicas give up an unused part within a second and a half; this notices it in time. */
    private static final Duration WHILE_WAITING = Duration.ofMillis(400);

    /** While other replicas still have what is due here. */
    private static final Duration WHILE_LACKING = Duration.ofMillis(100);

    /** While permits come from the pool one by one. */
    private static final Duration WHILE_POOLED = Duration.ofMillis(20);

    /** Estimates change with every renewal: the next request asks again soon, and the last one after a second. */
    private static final Duration HOLDS_AT_LEAST = Duration.ofMillis(200);

    private static final Duration HOLDS_AT_MOST = Duration.ofSeconds(1);

    private final LeasedTokenBucket bucket;
    private final LeaseStore store;
    private final Clock clock;
    private final DoubleSupplier random;
    private final AtomicReference<Uni<Void>> running = new AtomicReference<>();
    private volatile Instant begunAt = Instant.EPOCH;
    private volatile boolean leaving;

    /**
     * A rate limiter that has nothing leased yet.
     *
     * @param replica the name of this process among the replicas
     * @param replicas how many there are as last known, at least 1
     * @param random numbers from 0 (inclusive) to 1 (exclusive)
     */
    public SharedRateLimiter(
            String replica,
            Allowance ceiling,
            LeaseStore store,
            IntSupplier replicas,
            Clock clock,
            DoubleSupplier random) {
        this.bucket = new LeasedTokenBucket(replica, ceiling, replicas, clock, random);
        this.store = store;
        this.clock = clock;
        this.random = random;
    }

    /** Renews the lease, after a renewal that is under way. It never fails. */
    public Uni<Void> renew() {
        Uni<Void> underWay = running.get();
        return underWay == null ? join(true) : underWay.chain(() -> join(true));
    }

    /** Gives the lease back for good, with all permits that are left. It never fails. */
    public Uni<Void> leave() {
        leaving = true;
        return renew();
    }

    /** Applies a 429 of another replica. */
    public void apply(Backoff backoff) {
        bucket.apply(backoff);
    }

    @Override
    public Optional<Permit> tryTake(Use use) {
        return bucket.tryTake(use).map(Leased::new);
    }

    @Override
    public Duration until(long permits) {
        return bucket.until(permits);
    }

    @Override
    public Duration holds(long permits) {
        Duration atBest = bucket.untilAtBest(permits);
        if (!bucket.isPooled()) {
            return between(HOLDS_AT_LEAST, atBest, HOLDS_AT_MOST);
        }
        // Requests that wait must not all ask at the same moment.
        Duration jitter = Duration.ofMillis((long) (random.getAsDouble() * WHILE_POOLED.toMillis()));
        return between(WHILE_POOLED, atBest, HOLDS_AT_LEAST).plus(jitter);
    }

    @Override
    public void waiting(int requests, int polls) {
        bucket.waiting(requests, polls);
    }

    @Override
    public void replenish() {
        Duration since = Duration.between(begunAt, clock.instant());
        Duration lacking = bucket.isPooled() ? WHILE_POOLED : WHILE_LACKING;
        if (since.compareTo(bucket.lacks() ? lacking : WHILE_WAITING) >= 0) {
            join(false).subscribe().with(renewed -> {});
        }
    }

    @Override
    public Duration period() {
        return bucket.period();
    }

    @Override
    public long reserve() {
        return bucket.reserve();
    }

    @Override
    public Duration pause() {
        return bucket.pause();
    }

    @Override
    public double perMinute() {
        return bucket.perMinute();
    }

    @Override
    public long available() {
        return bucket.available();
    }

    @Override
    public long backoffs() {
        return bucket.backoffs();
    }

    /** @param always whether the lease is renewed although it has not run for long and nothing changes by it */
    private Uni<Void> join(boolean always) {
        return Uni.createFrom().deferred(() -> {
            Uni<Void> renewal = begin(always);
            Uni<Void> underWay = running.compareAndExchange(null, renewal);
            return underWay == null ? renewal : underWay;
        });
    }

    private Uni<Void> begin(boolean always) {
        return Uni.createFrom()
                .deferred(() -> {
                    begunAt = clock.instant();
                    return attempt(always, ATTEMPTS);
                })
                .onFailure()
                .invoke(failure -> {
                    LOG.debugf(failure, "A lease could not be renewed");
                    bucket.failed();
                })
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid()
                .onTermination()
                .invoke(() -> running.set(null))
                .memoize()
                .indefinitely();
    }

    private Uni<Void> attempt(boolean always, int left) {
        return Uni.createFrom().deferred(() -> {
            Instant readAt = clock.instant();
            return store.read().chain(read -> replace(read, readAt, always, left));
        });
    }

    private Uni<Void> replace(LeaseStore.Reading read, Instant readAt, boolean always, int left) {
        LeasedTokenBucket.Pending renewal = bucket.renew(read, readAt, leaving);
        if (!always && !bucket.isWorthWriting(renewal)) {
            bucket.unwritten(renewal);
            return Uni.createFrom().voidItem();
        }
        return store.replace(read, renewal.grant().next(), renewal.announcement())
                .chain(replaced -> {
                    if (replaced) {
                        bucket.renewed(renewal);
                        return Uni.createFrom().voidItem();
                    }
                    bucket.abandoned(renewal);
                    // After the last attempt the next renewal is soon enough.
                    return left <= 1 ? Uni.createFrom().voidItem() : attempt(always, left - 1);
                });
    }

    private static Duration between(Duration least, Duration value, Duration most) {
        Duration atLeast = value.compareTo(least) < 0 ? least : value;
        return atLeast.compareTo(most) > 0 ? most : atLeast;
    }

    /** A permit whose 429 is published to the other replicas. */
    private final class Leased implements Permit {

        private final Permit taken;

        private Leased(Permit taken) {
            this.taken = taken;
        }

        @Override
        public void giveBack() {
            taken.giveBack();
        }

        @Override
        public void throttled(Optional<Duration> retryAfter) {
            bucket.throttled(taken, retryAfter);
            renew().subscribe().with(announced -> {});
        }
    }
}
