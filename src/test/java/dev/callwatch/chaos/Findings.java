package dev.callwatch.chaos;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What a run has counted and found. */
final class Findings {

    /**
     * A breach that was found.
     *
     * @param faults that were there shortly before
     */
    record Found(Instant at, Breach breach, String details, List<String> faults) {}

    private final FaultLog faults;
    private final EventLog events;
    private final Map<Count, Long> counts = new EnumMap<>(Count.class);
    private final List<Found> found = new ArrayList<>();
    private Duration slowestRecovery = Duration.ZERO;
    private Duration slowestLookUp = Duration.ZERO;

    /** @param events where breaches are noted too */
    Findings(FaultLog faults, EventLog events) {
        this.faults = faults;
        this.events = events;
    }

    synchronized void count(Count what) {
        counts.merge(what, 1L, Long::sum);
    }

    synchronized long of(Count what) {
        return counts.getOrDefault(what, 0L);
    }

    synchronized void breach(Breach breach, String details) {
        events.note("BREACH " + breach + " " + details.lines().findFirst().orElse(""));
        found.add(new Found(Instant.now(), breach, details, faults.recent()));
    }

    synchronized List<Found> found() {
        return List.copyOf(found);
    }

    synchronized long of(Breach breach) {
        return found.stream().filter(one -> one.breach() == breach).count();
    }

    synchronized void recovered(Duration after) {
        slowestRecovery = longer(slowestRecovery, after);
    }

    synchronized void answered(Duration after) {
        slowestLookUp = longer(slowestLookUp, after);
    }

    synchronized Duration slowestRecovery() {
        return slowestRecovery;
    }

    synchronized Duration slowestLookUp() {
        return slowestLookUp;
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
