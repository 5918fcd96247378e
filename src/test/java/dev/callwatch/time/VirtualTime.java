package dev.callwatch.time;

import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A clock that stands still until it is moved, and delays and turns that come while it moves. */
public class VirtualTime extends Clock implements Delay, Turns, WallClock {

    private record Timer(Instant at, long order, Runnable task) {}

    private final List<Timer> timers = new ArrayList<>();
    private volatile Instant now = Instant.parse("2026-11-24T09:00:00Z");
    private long order;

    @Override
    public Uni<Void> of(Duration duration) {
        return Uni.createFrom().emitter(emitter -> {
            Timer timer = new Timer(now.plus(duration), order++, () -> emitter.complete(null));
            timers.add(timer);
            emitter.onTermination(() -> timers.remove(timer));
        });
    }

    @Override
    public Uni<Void> toBegin() {
        return of(Duration.ZERO);
    }

    @Override
    public Uni<Void> toContinue() {
        return of(Duration.ZERO);
    }

    /** Moves on, firing what is due in its order. */
    public void pass(Duration duration) {
        Instant end = now.plus(duration);
        while (true) {
            Timer next = timers.stream()
                    .filter(timer -> !timer.at().isAfter(end))
                    .min(Comparator.comparing(Timer::at).thenComparing(Timer::order))
                    .orElse(null);
            if (next == null) {
                now = end;
                return;
            }
            timers.remove(next);
            now = next.at().isAfter(now) ? next.at() : now;
            next.task().run();
        }
    }

    @Override
    public Instant now() {
        return now;
    }

    /** How many delays are pending. */
    public int pending() {
        return timers.size();
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
