package dev.callwatch.access;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Keeps what repeats from filling a log: a line is written at once, and its repetitions are counted and become one line
 * whenever they are {@linkplain #flush flushed}. Safe for concurrent use.
 */
final class AuditLines {

    /**
     * A line.
     *
     * @param decision its first word
     * @param fields what follows, in this order
     */
    record Line(String decision, Map<String, String> fields) {}

    static final String COUNT = "count";

    /** Counted at the same time. Beyond them each line is written: nothing is left out. */
    static final int MOST_COUNTED = 5_000;

    private final Consumer<Line> log;
    private final Map<Map<String, String>, Repetitions> counted = new LinkedHashMap<>();

    /** @param log writes a line */
    AuditLines(Consumer<Line> log) {
        this.log = log;
    }

    /**
     * Writes or counts a line.
     *
     * @param varying names of fields in which lines may differ and count as repetitions all the same; those that differ are not
     *     in the line with the count
     */
    void write(Line line, Set<String> varying) {
        Map<String, String> kind = new TreeMap<>(line.fields());
        kind.keySet().removeAll(varying);
        kind.put("", line.decision());
        if (isFirst(kind, line)) {
            log.accept(line);
        }
    }

    private synchronized boolean isFirst(Map<String, String> kind, Line line) {
        Repetitions known = counted.get(kind);
        if (known != null) {
            known.add(line);
            return false;
        }
        if (counted.size() < MOST_COUNTED) {
            counted.put(kind, new Repetitions());
        }
        return true;
    }

    /** Writes a line for each kind that was repeated since the last time. What was not is written at once the next time. */
    void flush() {
        repeated().forEach(log);
    }

    private synchronized List<Line> repeated() {
        List<Line> lines = new ArrayList<>();
        counted.values().removeIf(repetitions -> repetitions.count == 0);
        counted.values().forEach(repetitions -> lines.add(repetitions.take()));
        return lines;
    }

    /** Those of one kind since the last flush. */
    private static final class Repetitions {

        private final Map<String, String> common = new LinkedHashMap<>();
        private String decision;
        private int count;

        private void add(Line line) {
            if (count == 0) {
                decision = line.decision();
                common.putAll(line.fields());
            } else {
                common.entrySet().retainAll(line.fields().entrySet());
            }
            count++;
        }

        private Line take() {
            Map<String, String> fields = new LinkedHashMap<>(common);
            fields.put(COUNT, Integer.toString(count));
            common.clear();
            count = 0;
            return new Line(decision, fields);
        }
    }
}
