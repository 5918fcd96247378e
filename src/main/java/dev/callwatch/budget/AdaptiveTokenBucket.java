package dev.callwatch.budget;

import dev.callwatch.account.Allowance;
import dev.callwatch.time.TokenBucket;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;

/**
 * The token bucket of one account in this process, refilled continuously, whose rate adapts ({@link Backoff}). It has the
 * account's whole allowance, or the part of it that this process is given: a part of the rate and the same part of the burst.
 * A part can change at any time, and that never makes a permit. While the account pauses the bucket gives nothing.
 */
final class AdaptiveTokenBucket implements RateLimiter {

    /** How many units a permit has: n requests a minute are n units each microsecond then, and nothing is rounded away. */
    static final long UNITS_PER_PERMIT = 60_000_000;

    /** How many parts the whole allowance of an account has. */
    static final int WHOLE = 1_000_000;

    /** Where Vonage does not say how long to pause: between this and twice this. */
    private static final Duration SHORTEST_DEFAULT_PAUSE = Duration.ofSeconds(2);

    private static final double NANOS_PER_MINUTE = 60e9;
    private static final double LONGEST_PERIOD_NANOS = 86_400e9;

    private final Allowance ceiling;
    private final Clock clock;
    private final DoubleSupplier random;
    private final TokenBucket bucket;

    /** Relative to the last refill. */
    private Backoff backoff;

    private int share = WHOLE;
    private long lent;
    private long backoffs;

    /**
     * A full bucket with the whole allowance.
     *
     * @param random numbers from 0 (inclusive) to 1 (exclusive)
     */
    AdaptiveTokenBucket(Allowance ceiling, Clock clock, DoubleSupplier random) {
        this.ceiling = ceiling;
        this.clock = clock;
        this.random = random;
        this.backoff = Backoff.none(ceiling);
        this.bucket = new TokenBucket(capacity(), unitsPerMicro(share), micros(clock.instant()));
    }

    @Override
    public synchronized Optional<Permit> tryTake(Use use) {
        adapt();
        return !isPaused() && bucket.tryTake(UNITS_PER_PERMIT)
                ? Optional.of(new BucketPermit(backoff.count()))
                : Optional.empty();
    }

    @Override
    public synchronized Duration until(long permits) {
        return until(permits * UNITS_PER_PERMIT, share);
    }

    /**
     * How long until this many units are there, if the bucket had another part of the rate; a day at most.
     *
     * @param assumed in {@link #WHOLE}ths
     */
    synchronized Duration until(long wanted, int assumed) {
        adapt();
        Duration refill = Duration.of(bucket.microsUntil(wanted, unitsPerMicro(assumed)), ChronoUnit.MICROS);
        Duration pause = pause();
        return refill.compareTo(pause) < 0 ? pause : refill;
    }

    @Override
    public synchronized Duration period() {
        return period(share);
    }

    /** How far apart permits would come with another part of the rate. */
    synchronized Duration period(int assumed) {
        adapt();
        return Duration.ofNanos((long) Math.min(LONGEST_PERIOD_NANOS, NANOS_PER_MINUTE / perMinute(assumed)));
    }

    @Override
    public synchronized long reserve() {
        return capacity() / UNITS_PER_PERMIT / 2;
    }

    @Override
    public synchronized Duration pause() {
        adapt();
        return backoff.untilResumed().isNegative() ? Duration.ZERO : backoff.untilResumed();
    }

    @Override
    public synchronized double perMinute() {
        return perMinute(share);
    }

    /** Requests a minute with another part of the rate. */
    synchronized double perMinute(int assumed) {
        adapt();
        return unitsPerMicro(assumed);
    }

    @Override
    public synchronized long available() {
        adapt();
        return bucket.units() / UNITS_PER_PERMIT;
    }

    @Override
    public synchronized long backoffs() {
        return backoffs;
    }

    /** What it is now. */
    synchronized BucketState state() {
        adapt();
        return new BucketState(share, lent, bucket.units(), backoff);
    }

    /**
     * Gives it another share of the allowance, from a moment on. Units beyond the new capacity are lost; a larger capacity is
     * filled by the rate only.
     *
     * @param from now, or a moment since the bucket was used last
     * @param part in {@link #WHOLE}ths
     * @param extra how many units it may hold beyond its part of the burst
     */
    synchronized void resize(Instant from, int part, long extra) {
        adapt(from);
        share = part;
        lent = extra;
        follow(backoff);
    }

    /** Adds units that were taken elsewhere, as far as there is room. */
    synchronized void add(long more) {
        adapt();
        bucket.add(more);
    }

    /** Takes units out, to be added elsewhere. */
    synchronized void remove(long less) {
        adapt();
        bucket.add(-less);
    }

    /** Applies what another process knows of answers of 429. A 429 that was unknown empties the bucket. */
    synchronized void apply(Backoff other) {
        adapt();
        if (other.count() > backoff.count()) {
            empty();
        }
        follow(backoff.mergedWith(other, ceiling));
    }

    /** The account's whole burst, in permits. */
    synchronized long burstOfAll() {
        adapt();
        return backoff.burst(ceiling);
    }

    private synchronized void putBack() {
        add(UNITS_PER_PERMIT);
    }

    private synchronized void throttled(long count, Optional<Duration> retryAfter) {
        adapt();
        Duration pause = retryAfter.orElseGet(this::defaultPause);
        if (count < backoff.count()) {
            follow(backoff.pausedFor(pause));
            return;
        }
        backoffs++;
        empty();
        follow(backoff.halved(ceiling, pause));
    }

    private Duration defaultPause() {
        return SHORTEST_DEFAULT_PAUSE.plusMillis((long) (random.getAsDouble() * SHORTEST_DEFAULT_PAUSE.toMillis()));
    }

    /** In units; with any share at all the bucket can hold one permit. */
    private long capacity() {
        return share == 0 ? 0 : Math.max(UNITS_PER_PERMIT, backoff.burst(ceiling) * UNITS_PER_PERMIT / WHOLE * share);
    }

    /** The same number as requests a minute, see {@link #UNITS_PER_PERMIT}. */
    private double unitsPerMicro(int part) {
        return (double) backoff.perMinute(ceiling) * part / WHOLE;
    }

    private void empty() {
        bucket.add(-bucket.units());
    }

    private void adapt() {
        adapt(clock.instant());
    }

    /** Fills up at the rate that was, and lets that grow. */
    private void adapt(Instant now) {
        long elapsed = bucket.refill(micros(now));
        if (elapsed > 0) {
            follow(backoff.after(Duration.of(elapsed, ChronoUnit.MICROS)));
        }
    }

    private void follow(Backoff next) {
        backoff = next;
        bucket.resize(capacity(), lent, unitsPerMicro(share));
    }

    private static long micros(Instant moment) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, moment);
    }

    private final class BucketPermit implements Permit {

        private final long count;
        private final AtomicBoolean givenBack = new AtomicBoolean();

        private BucketPermit(long count) {
            this.count = count;
        }

        @Override
        public void giveBack() {
            if (givenBack.compareAndSet(false, true)) {
                putBack();
            }
        }

        @Override
        public void throttled(Optional<Duration> retryAfter) {
            AdaptiveTokenBucket.this.throttled(count, retryAfter);
        }
    }
}
