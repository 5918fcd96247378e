package dev.callwatch.time;

import java.time.Instant;

/**
 * The time of day, which may be set back or forward at any moment. It is for times that people and other systems see, or that are
 * compared with theirs. Durations are measured with the injected {@link java.time.Clock}, which is steady.
 */
@FunctionalInterface
public interface WallClock {

    /** The time of day, in whole milliseconds. */
    Instant now();
}
