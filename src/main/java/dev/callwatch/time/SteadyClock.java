package dev.callwatch.time;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;

/**
 * A clock that only runs forward, at the pace of {@link System#nanoTime()}: it begins with the time of day, and no later
 * change of the time of day reaches it. Its instants mean something only to each other.
 */
final class SteadyClock extends Clock {

    private final Instant begin;
    private final long beginNanos;
    private final LongSupplier nanos;

    /**
     * @param begin the time of day
     * @param nanos a count of nanoseconds that never goes back
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

    /** The same clock: no zone matters to a duration. */
    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
