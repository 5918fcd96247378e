package dev.callwatch.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a run has come to, in plain words. */
record Report(ChaosRun.Options options, Findings findings, FaultLog log, Duration took) {

    /** More of one kind explain nothing more. */
    private static final int SHOWN_OF_A_KIND = 5;

    /** Whether every invariant held. */
    boolean isClean() {
        return findings.found().isEmpty();
    }

    /** All of it. */
    String text() {
        List<String> lines = new ArrayList<>();
        lines.add("Faults");
        log.byKind().forEach((kind, count) -> lines.add(figure(kind.words(), Integer.toString(count))));
        lines.add("");
        lines.add("Counted");
        for (Count count : Count.values()) {
            lines.add(figure(count.words(), Long.toString(findings.of(count))));
        }
        lines.add(figure("slowest look-up that was answered", seconds(findings.slowestLookUp())));
        lines.add(figure("slowest recovery", seconds(findings.slowestRecovery())));
        lines.add("");
        lines.add("Must be 0");
        for (Breach breach : Breach.values()) {
            lines.add(figure(breach.words(), Long.toString(findings.of(breach))));
        }
        lines.add("");
        for (Breach breach : Breach.values()) {
            findings.found().stream()
                    .filter(one -> one.breach() == breach)
                    .limit(SHOWN_OF_A_KIND)
                    .forEach(one -> show(one, lines));
        }
        lines.add("All events: " + options.events());
        lines.add(String.format(
                Locale.ROOT,
                "Seed %d, %d faults, store %s, %s: %s",
                options.seed(),
                options.faults(),
                options.store().name().toLowerCase(Locale.ROOT),
                seconds(took),
                isClean() ? "every invariant held." : findings.found().size() + " breaches."));
        return String.join(System.lineSeparator(), lines);
    }

    private static void show(Findings.Found one, List<String> lines) {
        lines.add("** " + one.breach().words() + ", at " + one.at());
        lines.add("  " + one.details());
        lines.add("  Faults then and in the 30 s before:");
        one.faults().forEach(fault -> lines.add("    " + fault));
        lines.add("");
    }

    private static String figure(String name, String value) {
        return String.format(Locale.ROOT, "  %-76s %8s", name, value);
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1e3);
    }
}
