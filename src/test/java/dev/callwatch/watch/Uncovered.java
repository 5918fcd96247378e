package dev.callwatch.watch;

import dev.callwatch.call.LocalHints;
import dev.callwatch.time.VirtualTime;

/** An account that nobody notifies of. */
final class Uncovered {

    private Uncovered() {}

    static NotificationCoverage in(VirtualTime time) {
        return new NotificationCoverage(new LocalHints(), time, time, time, lost -> {});
    }
}
