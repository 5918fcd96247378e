package dev.callwatch.time;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;

/**
 * A clock that never goes back. It starts with the time of day and advances with {@link System#nanoTime()}, so that later changes of
 * the time of day do not affect it. Compare its instants only with each other.
 */
final class SteadyClock extends Clock {

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final long beginMillis;
    private final long nanosBeyond;
    private final long beginNanos;
    private final LongSupplier nanos;

    /**
     * @param begin the time of day
     * @param nanos a counter of nanoseconds that never goes back
     */
    SteadyClock(Instant begin, LongSupplier nanos) {
        this.beginMillis = begin.toEpochMilli();
        this.nanosBeyond = begin.getNano() % NANOS_PER_MILLI;
        this.nanos = nanos;
        this.beginNanos = nanos.getAsLong();
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public long millis() {
        return beginMillis + Math.floorDiv(nanosBeyond + nanos.getAsLong() - beginNanos, NANOS_PER_MILLI);
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
