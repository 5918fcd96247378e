package dev.callwatch.chaos;

import dev.callwatch.ScriptedUpstream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The calls of the upstream: so many at a time, each of which begins, changes every 2 s or so (some more seldom), ends with a
 * disposition, and is followed by another one.
 */
final class CallTraffic implements AutoCloseable {

    /**
     * How a call goes on.
     *
     * @param changes before its end
     * @param millis before each change and the end
     */
    private record Temper(Range changes, Range millis) {

        private static final Temper LIVELY = new Temper(new Range(4, 20), new Range(1_000, 3_000));

        /** So quiet that somebody may come back after its end and expect one of its first revisions. */
        private static final Temper QUIET = new Temper(new Range(0, 2), new Range(4_000, 12_000));

        private static final int ONE_QUIET_IN = 4;

        private static Temper any(Random random) {
            return random.nextInt(ONE_QUIET_IN) == 0 ? QUIET : LIVELY;
        }
    }

    /** Is called for each call as it begins, with the seed of what else is decided about it. */
    interface Listener {
        void begun(String guid, long seed);
    }

    private final ScriptedUpstream upstream;
    private final Listener listener;
    private final Set<String> active = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "call-traffic");
        thread.setDaemon(true);
        return thread;
    });
    private boolean finished;

    CallTraffic(ScriptedUpstream upstream, Listener listener) {
        this.upstream = upstream;
        this.listener = listener;
    }

    /** Begins so many calls. */
    void begin(Random random, int calls) {
        for (int line = 0; line < calls; line++) {
            Random ofLine = new Random(random.nextLong());
            clock.execute(() -> beginCall(ofLine));
        }
    }

    /** The calls that have begun and not ended. */
    List<String> active() {
        return List.copyOf(active);
    }

    /** Ends all calls, and begins no more. */
    synchronized void finish() {
        finished = true;
        new ArrayList<>(active).forEach(this::end);
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }

    private synchronized void beginCall(Random random) {
        if (finished) {
            return;
        }
        String guid = new UUID(random.nextLong(), random.nextLong()).toString();
        active.add(guid);
        listener.begun(guid, random.nextLong());
        Temper temper = Temper.any(random);
        later(random, guid, temper, temper.changes().any(random));
    }

    private void later(Random random, String guid, Temper temper, int changes) {
        clock.schedule(
                () -> goOn(random, guid, temper, changes), temper.millis().any(random), TimeUnit.MILLISECONDS);
    }

    private synchronized void goOn(Random random, String guid, Temper temper, int changes) {
        if (finished) {
            return;
        }
        if (changes > 0) {
            upstream.change(guid);
            later(random, guid, temper, changes - 1);
        } else {
            end(guid);
            beginCall(random);
        }
    }

    private void end(String guid) {
        upstream.end(guid);
        active.remove(guid);
    }
}
