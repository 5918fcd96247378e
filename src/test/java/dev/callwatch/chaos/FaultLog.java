package dev.callwatch.chaos;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which faults have begun and when they were over. */
final class FaultLog {

    /** What happened longer ago explains little. */
    private static final Duration RECENT = Duration.ofSeconds(30);

    private static final class Entry {

        private final Fault fault;
        private final Instant begun;
        private Optional<Instant> over = Optional.empty();

        private Entry(Fault fault, Instant begun) {
            this.fault = fault;
            this.begun = begun;
        }
    }

    private final List<Entry> entries = new ArrayList<>();
    private final EventLog events;

    /** @param events where faults are noted too */
    FaultLog(EventLog events) {
        this.events = events;
    }

    synchronized void begun(Fault fault) {
        events.note("begins " + fault);
        entries.add(new Entry(fault, Instant.now()));
    }

    synchronized void over(Fault fault) {
        events.note("is over " + fault);
        entries.stream()
                .filter(entry -> entry.fault == fault)
                .forEach(entry -> entry.over = Optional.of(Instant.now()));
    }

    /** What is going on, or was lately. */
    synchronized List<String> recent() {
        Instant since = Instant.now().minus(RECENT);
        return entries.stream()
                .filter(entry -> entry.over.isEmpty() || entry.over.get().isAfter(since))
                .map(entry -> "%s to %s %s"
                        .formatted(
                                entry.begun,
                                entry.over.map(Instant::toString).orElse("now"),
                                entry.fault.toString().strip()))
                .toList();
    }

    synchronized Map<FaultKind, Integer> byKind() {
        Map<FaultKind, Integer> kinds = new EnumMap<>(FaultKind.class);
        entries.forEach(entry -> kinds.merge(entry.fault.kind(), 1, Integer::sum));
        return kinds;
    }
}
