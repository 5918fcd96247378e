package dev.callwatch.budget;

import dev.callwatch.account.Allowance;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.TokensInheritanceStrategy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * The token bucket of one account, refilled continuously, whose rate adapts: halved by a 429 and grown back additively, as
 * TCP does (RFC 5681), so that other consumers of the same limit are left room. While it pauses it gives nothing.
 */
final class Rate {

    /** A 429 says nothing of a limit so low that it would be of no more use. */
    private static final int LEAST_SHARE = 10;

    /** Of the ceiling, a minute. */
    private static final int GROWTH_SHARE = 10;

    /** A {@code Retry-After} of a day must not take an account out of service for a day. */
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    /** Where Vonage does not say how long: between this and twice this. */
    private static final Duration SHORTEST_UNSAID_PAUSE = Duration.ofSeconds(2);

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Allowance ceiling;
    private final Clock clock;
    private final DoubleSupplier random;
    private final Bucket bucket;

    /** Requests a minute that {@link #bucket} is made for. */
    private long perMinute;

    /** Requests a minute after the last 429; it grows from there, once the pause is over. */
    private long halved;

    private Instant halvedAt = Instant.EPOCH;
    private Instant pausedUntil = Instant.EPOCH;

    /** @param random numbers from 0 (inclusive) to 1 (exclusive) */
    Rate(Allowance ceiling, Clock clock, DoubleSupplier random) {
        this.ceiling = ceiling;
        this.clock = clock;
        this.random = random;
        this.perMinute = ceiling.requestsPerMinute();
        this.halved = perMinute;
        this.bucket = Bucket.builder()
                .addLimit(bandwidth())
                .withCustomTimePrecision(new ClockMeter(clock))
                .build();
    }

    /** Takes one permit if it is there and nothing pauses. */
    synchronized boolean tryTake() {
        adapt();
        return !isPaused() && bucket.tryConsume(1);
    }

    synchronized void putBack() {
        bucket.addTokens(1);
    }

    /** How long until so many permits are there; zero if they are. */
    synchronized Duration until(long permits) {
        adapt();
        long missing = permits - bucket.getAvailableTokens();
        Duration refill = missing <= 0 ? Duration.ZERO : untilNext().plus(period().multipliedBy(missing - 1));
        return refill.compareTo(pause()) < 0 ? pause() : refill;
    }

    private Duration untilNext() {
        long next = Math.min(capacity(), bucket.getAvailableTokens() + 1);
        return Duration.ofNanos(bucket.estimateAbilityToConsume(next).getNanosToWaitForRefill());
    }

    /** How far apart permits come. */
    synchronized Duration period() {
        return MINUTE.dividedBy(perMinute);
    }

    /** How many permits a background poll leaves to others: half of what the bucket holds. */
    synchronized long reserve() {
        return capacity() / 2;
    }

    /** How long nothing is given any more. */
    synchronized Duration pause() {
        Duration left = Duration.between(clock.instant(), pausedUntil);
        return left.isNegative() ? Duration.ZERO : left;
    }

    synchronized boolean isPaused() {
        return clock.instant().isBefore(pausedUntil);
    }

    /** Requests a minute that are allowed now. */
    synchronized long perMinute() {
        adapt();
        return perMinute;
    }

    /** Permits that are there. */
    synchronized long available() {
        adapt();
        return bucket.getAvailableTokens();
    }

    /**
     * Pauses, and halves what is allowed unless the request was under way already when it was halved last.
     *
     * @param sent when the request took its permit
     * @return whether it was halved
     */
    synchronized boolean throttled(Instant sent, Optional<Duration> retryAfter) {
        adapt();
        Instant now = clock.instant();
        Duration asked = retryAfter.orElseGet(this::unsaid);
        Instant until = now.plus(asked.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : asked);
        pausedUntil = until.isAfter(pausedUntil) ? until : pausedUntil;
        if (sent.isBefore(halvedAt)) {
            return false;
        }
        halved = Math.max(least(), perMinute / 2);
        halvedAt = now;
        adapt();
        bucket.tryConsumeAsMuchAsPossible();
        return true;
    }

    private Duration unsaid() {
        return SHORTEST_UNSAID_PAUSE.plusMillis((long) (random.getAsDouble() * SHORTEST_UNSAID_PAUSE.toMillis()));
    }

    private long least() {
        return Math.max(1, ceiling.requestsPerMinute() / LEAST_SHARE);
    }

    private long capacity() {
        return Math.max(1, ceiling.burst() * perMinute / ceiling.requestsPerMinute());
    }

    private void adapt() {
        Duration growing = Duration.between(pausedUntil, clock.instant());
        double grown = growing.isNegative()
                ? 0
                : (double) growing.toMillis() / MINUTE.toMillis() * ceiling.requestsPerMinute() / GROWTH_SHARE;
        long now = (long) Math.min(ceiling.requestsPerMinute(), halved + grown);
        if (now == perMinute) {
            return;
        }
        perMinute = now;
        bucket.replaceConfiguration(
                BucketConfiguration.builder().addLimit(bandwidth()).build(), TokensInheritanceStrategy.AS_IS);
    }

    private Bandwidth bandwidth() {
        return Bandwidth.builder()
                .capacity(capacity())
                .refillGreedy(perMinute, MINUTE)
                .build();
    }

    private record ClockMeter(Clock clock) implements TimeMeter {

        @Override
        public long currentTimeNanos() {
            Instant now = clock.instant();
            return now.getEpochSecond() * 1_000_000_000L + now.getNano();
        }

        @Override
        public boolean isWallClockBased() {
            return true;
        }
    }
}
