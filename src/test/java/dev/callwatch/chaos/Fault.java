package dev.callwatch.chaos;

import java.time.Duration;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * One fault of a plan.
 *
 * @param number from 1
 * @param replica whose part it is, where each replica has one
 * @param gap from the beginning of the one before
 * @param length how long it lasts; what is started again then takes its own time
 */
record Fault(int number, FaultKind kind, OptionalInt replica, Duration gap, Duration length) {

    @Override
    public String toString() {
        String whose = replica.isPresent() ? " (replica " + replica.getAsInt() + ")" : "";
        return String.format(
                Locale.ROOT,
                "%4d  after %4.1f s, for %4.1f s: %s%s",
                number,
                gap.toMillis() / 1e3,
                length.toMillis() / 1e3,
                kind.words(),
                whose);
    }
}
