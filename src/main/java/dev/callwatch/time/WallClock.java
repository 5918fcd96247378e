package dev.callwatch.time;

import java.time.Instant;

/**
 * The time of day, which may be put back or forward at any moment. For times that people and other systems see, and for
 * comparing with theirs. How long something takes is measured with the injected {@link java.time.Clock} instead, which is
 * steady.
 */
@FunctionalInterface
public interface WallClock {

    /** The time of day, in whole milliseconds. */
    Instant now();
}
