package dev.callwatch.push;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Whether a sink fails, and when it may get a request: not while it pauses; while it is probed, at most every five minutes with an
 * event that it has not seen. Not thread-safe.
 */
final class SinkHealth {

    /** How many attempts in a row have to fail before a sink is probed. */
    static final int FAILURES_UNTIL_PROBING = 3;

    private static final Duration BETWEEN_PROBES = Duration.ofMinutes(5);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final DeliverySchedule schedule;

    /** Attempts in a row that failed. */
    private int failures;

    private int failedProbes;

    /** Until when the sink gets no request: it asked for a pause, or allows no more requests a minute. */
    private Instant pausedUntil = Instant.MIN;

    /** While it is probed: when an event that it has not seen may be sent. */
    private Instant nextProbe = Instant.MIN;

    /** @param schedule of probes */
    SinkHealth(DeliverySchedule schedule) {
        this.schedule = schedule;
    }

    /** Whether the sink is probed. */
    boolean isFailing() {
        return failures >= FAILURES_UNTIL_PROBING;
    }

    /**
     * When an event may be sent.
     *
     * @param due when it is to be sent
     * @param seen whether the sink has got it before, and failed
     */
    Instant earliest(Instant due, boolean seen) {
        return afterPause(isFailing() && !seen ? nextProbe : due);
    }

    /** The same moment, or the end of a pause that lasts longer. */
    Instant afterPause(Instant due) {
        return later(due, pausedUntil);
    }

    /**
     * A request is sent.
     *
     * @param ratePerMinute how many the sink allows, where it says so
     */
    void sent(OptionalInt ratePerMinute, Instant now) {
        ratePerMinute.ifPresent(rate -> pausedUntil = now.plus(MINUTE.dividedBy(rate)));
        nextProbe = now.plus(BETWEEN_PROBES);
    }

    /**
     * The sink accepted an event.
     *
     * @return whether it was probed until now
     */
    boolean accepted() {
        boolean wasFailing = isFailing();
        failures = 0;
        failedProbes = 0;
        return wasFailing;
    }

    /**
     * An attempt failed.
     *
     * @param pause for which the sink asks
     */
    void failed(Optional<Duration> pause, Instant now) {
        failures++;
        pause.ifPresent(asked -> pausedUntil = later(pausedUntil, now.plus(asked)));
        if (isFailing()) {
            failedProbes++;
            Duration untilProbe = schedule.after(failedProbes);
            nextProbe = now.plus(untilProbe.compareTo(BETWEEN_PROBES) < 0 ? untilProbe : BETWEEN_PROBES);
        }
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
