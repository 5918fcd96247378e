package dev.callwatch.budget;

import dev.callwatch.account.Allowance;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * The token bucket of one account in this process, refilled continuously, whose rate adapts: halved by a 429 and grown back
 * additively, as TCP does (RFC 5681), so that other consumers of the same limit are left room. While it pauses it gives
 * nothing.
 */
public final class LocalRate implements Rate {

    /** A permit has so many parts, so that n requests a minute bring n parts each microsecond and nothing is rounded away. */
    public static final long PARTS = 60_000_000;

    /** A 429 says nothing of a limit so low that it would be of no more use. */
    private static final int LEAST_SHARE = 10;

    /** Of the ceiling, a minute. */
    private static final int GROWTH_SHARE = 10;

    /** A {@code Retry-After} of a day must not take an account out of service for a day. */
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    /** Where Vonage does not say how long: between this and twice this. */
    private static final Duration SHORTEST_UNSAID_PAUSE = Duration.ofSeconds(2);

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final long MICROS_OF_MINUTE = 60_000_000;

    /** Any bucket is full by then: it holds 100,000 permits at most, and less where it is refilled slowly. */
    private static final long LONGEST_REFILL = Duration.ofDays(80).toSeconds() * 1_000_000;

    private static final Uni<Optional<Taken>> NONE = Uni.createFrom().item(Optional.empty());
    private static final Uni<Void> FRESH = Uni.createFrom().voidItem();

    private final Allowance ceiling;
    private final Clock clock;
    private final DoubleSupplier random;

    /** What is there, in parts, at {@link #at}. */
    private long parts;

    private Instant at;

    /** Requests a minute that {@link #parts} grow by. */
    private long perMinute;

    /** Requests a minute after the last 429; it grows from there, once the pause is over. */
    private long halved;

    private Instant halvedAt = Instant.EPOCH;
    private Instant pausedUntil = Instant.EPOCH;

    /**
     * What a rate is at some moment, said without naming the moment, so that it means the same on another clock.
     *
     * @param parts what is there, in {@link #PARTS} of a permit
     * @param halved requests a minute after the last 429, before any growth; the ceiling where there was none
     * @param sinceHalved how long ago that was
     * @param untilResumed how long until the pause ends; negative where it has ended
     */
    public record Level(long parts, long halved, Duration sinceHalved, Duration untilResumed) {

        /** What each of so many gets where it is shared out. */
        public Level dividedBy(int sharers) {
            return new Level(parts / sharers, Math.max(1, halved / sharers), sinceHalved, untilResumed);
        }
    }

    /**
     * A full bucket.
     *
     * @param random numbers from 0 (inclusive) to 1 (exclusive)
     */
    public LocalRate(Allowance ceiling, Clock clock, DoubleSupplier random) {
        this.ceiling = ceiling;
        this.clock = clock;
        this.random = random;
        this.perMinute = ceiling.requestsPerMinute();
        this.halved = perMinute;
        this.parts = capacity() * PARTS;
        this.at = clock.instant();
    }

    /** What it is now. */
    public synchronized Level level() {
        Instant now = adapt();
        return new Level(parts, halved, Duration.between(halvedAt, now), Duration.between(now, pausedUntil));
    }

    /** Makes it what another one is, as far as the ceiling allows. */
    public synchronized void become(Level level) {
        at = clock.instant();
        parts = level.parts();
        halved = level.halved();
        halvedAt = at.minus(level.sinceHalved());
        pausedUntil = at.plus(level.untilResumed());
        perMinute = grown(at);
        parts = Math.min(parts, capacity() * PARTS);
    }

    @Override
    public Uni<Optional<Taken>> take() {
        Instant now = tryTake();
        return now == null ? NONE : Uni.createFrom().item(Optional.of(new Own(now)));
    }

    /** When the permit was taken; null where there was none. */
    private synchronized Instant tryTake() {
        Instant now = adapt();
        if (now.isBefore(pausedUntil) || parts < PARTS) {
            return null;
        }
        parts -= PARTS;
        return now;
    }

    private synchronized void putBack() {
        adapt();
        parts = Math.min(capacity() * PARTS, parts + PARTS);
    }

    @Override
    public Uni<Void> refreshed() {
        return FRESH;
    }

    @Override
    public synchronized Duration until(long permits) {
        Instant now = adapt();
        long missing = permits * PARTS - parts;
        // Rounded up: who comes a moment too early finds nothing.
        Duration refill = missing <= 0
                ? Duration.ZERO
                : Duration.of((missing + perMinute - 1) / perMinute, ChronoUnit.MICROS)
                        .minus(Duration.between(at, now));
        Duration pause = pause();
        return refill.compareTo(pause) < 0 ? pause : refill;
    }

    @Override
    public synchronized Duration period() {
        return MINUTE.dividedBy(perMinute);
    }

    @Override
    public synchronized long reserve() {
        return capacity() / 2;
    }

    @Override
    public synchronized Duration pause() {
        Duration left = Duration.between(clock.instant(), pausedUntil);
        return left.isNegative() ? Duration.ZERO : left;
    }

    @Override
    public synchronized long perMinute() {
        adapt();
        return perMinute;
    }

    @Override
    public synchronized long available() {
        adapt();
        return parts / PARTS;
    }

    @Override
    public int sharers() {
        return 1;
    }

    /**
     * Pauses, and halves what is allowed unless the request was under way already when it was halved last.
     *
     * @param sent when the request took its permit
     * @return whether it was halved
     */
    public synchronized boolean throttled(Instant sent, Optional<Duration> retryAfter) {
        Instant now = adapt();
        Duration asked = retryAfter.orElseGet(this::unsaid);
        Instant until = now.plus(asked.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : asked);
        pausedUntil = until.isAfter(pausedUntil) ? until : pausedUntil;
        if (sent.isBefore(halvedAt)) {
            return false;
        }
        halved = Math.max(least(), perMinute / 2);
        halvedAt = now;
        perMinute = grown(now);
        parts = 0;
        return true;
    }

    private Duration unsaid() {
        return SHORTEST_UNSAID_PAUSE.plusMillis((long) (random.getAsDouble() * SHORTEST_UNSAID_PAUSE.toMillis()));
    }

    private long least() {
        return Math.max(1, ceiling.requestsPerMinute() / LEAST_SHARE);
    }

    private long capacity() {
        return Math.max(1, (long) ceiling.burst() * perMinute / ceiling.requestsPerMinute());
    }

    /** Fills up at the rate that was, and lets that grow. Returns the time. */
    private Instant adapt() {
        Instant now = clock.instant();
        if (now.isBefore(at)) {
            // The clock was put back: nothing to refill, and from here on it counts.
            at = now;
        }
        long elapsed = Math.min(LONGEST_REFILL, ChronoUnit.MICROS.between(at, now));
        if (elapsed > 0) {
            parts = Math.min(capacity() * PARTS, parts + elapsed * perMinute);
            at = elapsed == LONGEST_REFILL ? now : at.plus(elapsed, ChronoUnit.MICROS);
        }
        perMinute = grown(now);
        return now;
    }

    private long grown(Instant now) {
        long growing = Math.max(0, ChronoUnit.MICROS.between(pausedUntil, now));
        double grown = (double) growing / MICROS_OF_MINUTE * ceiling.requestsPerMinute() / GROWTH_SHARE;
        return (long) Math.min(ceiling.requestsPerMinute(), halved + grown);
    }

    private final class Own implements Taken {

        private final Instant at;

        private Own(Instant at) {
            this.at = at;
        }

        @Override
        public void putBack() {
            LocalRate.this.putBack();
        }

        @Override
        public Uni<Boolean> throttled(Optional<Duration> retryAfter) {
            return Uni.createFrom().item(LocalRate.this.throttled(at, retryAfter));
        }
    }
}
