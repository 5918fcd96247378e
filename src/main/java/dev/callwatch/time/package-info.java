/**
 * Clocks, delays and deadlines, so that tests can drive time: a steady {@link java.time.Clock} for durations, {@code WallClock} for the
 * time of day, {@code Delay} for waiting, {@code Timeouts} for limits, {@code TokenBucket} for rates, {@code Turns} for work
 * that is done in parts.
 *
 * <p>Touches nothing of ours.
 */
package dev.callwatch.time;
