package dev.callwatch.watch;

import dev.callwatch.call.CallHint;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The notifications of the last 10 minutes, so that one that comes again counts once: Vonage repeats them, and so may whoever
 * recorded one. A signature lives for less. Safe for concurrent use.
 */
final class RecentNotifications {

    static final Duration KEPT = Duration.ofMinutes(10);

    /** What comes in 10 minutes at 150 notifications a second; each takes some 250 bytes. */
    private static final int MOST = 100_000;

    private final Clock clock;

    /** In the order of their arrival. */
    private final Map<String, Instant> seen = new LinkedHashMap<>();

    RecentNotifications(Clock clock) {
        this.clock = clock;
    }

    /**
     * Notes a notification.
     *
     * @return whether it came for the first time
     */
    synchronized boolean add(CallHint hint) {
        Instant now = clock.instant();
        forget(now);
        return seen.putIfAbsent(hint.account() + " " + hint.notification(), now) == null;
    }

    private void forget(Instant now) {
        Iterator<Instant> eldest = seen.values().iterator();
        while (eldest.hasNext()) {
            boolean old = !eldest.next().plus(KEPT).isAfter(now);
            if (!old && seen.size() < MOST) {
                return;
            }
            eldest.remove();
        }
    }
}
