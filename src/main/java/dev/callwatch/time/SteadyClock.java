package dev.callwatch.time;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;

/**
 * A clock that never goes back. It starts with the time of day and advances with {@link System#nanoTime()}, so that later changes of
 * the time of day do not affect it. Compare its instants only with each other.
 */
final class SteadyClock extends Clock {

    private final Instant begin;
    private final long beginNanos;
    private final LongSupplier nanos;

    /**
     * @param begin the time of day
     * @param nanos a counter of nanoseconds that never goes back
     */
    SteadyClock(Instant begin, LongSupplier nanos) {
        this.begin = begin;
        this.nanos = nanos;
        this.beginNanos = nanos.getAsLong();
    }

    @Override
    public Instant instant() {
        return begin.plusNanos(nanos.getAsLong() - beginNanos).truncatedTo(ChronoUnit.MILLIS);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    /** This clock: a duration does not depend on a zone. */
    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
