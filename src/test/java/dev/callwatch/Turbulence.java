package dev.callwatch;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Changes each of some calls repeatedly, at random times. */
final class Turbulence implements AutoCloseable {

    private static final int SHORTEST_MILLIS = 150;
    private static final int LONGEST_MILLIS = 1_600;

    private final ScriptedUpstream upstream;
    private final Random random;
    private final Map<String, Integer> changes = new ConcurrentHashMap<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "turbulence");
        thread.setDaemon(true);
        return thread;
    });

    private Turbulence(ScriptedUpstream upstream, long seed) {
        this.upstream = upstream;
        this.random = new Random(seed);
    }

    static Turbulence begin(ScriptedUpstream upstream, List<String> guids, long seed) {
        Turbulence turbulence = new Turbulence(upstream, seed);
        guids.forEach(guid -> {
            turbulence.changes.put(guid, 0);
            turbulence.later(guid);
        });
        return turbulence;
    }

    /** Waits until each call has changed so many times more. */
    void awaitChanges(int more) {
        Map<String, Integer> before = Map.copyOf(changes);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> before.entrySet().stream()
                        .allMatch(call -> changes.get(call.getKey()) >= call.getValue() + more));
    }

    /** After this no call changes any more. */
    @Override
    public void close() {
        clock.shutdownNow();
        await().until(clock::isTerminated);
    }

    private void later(String guid) {
        if (clock.isShutdown()) {
            return;
        }
        int wait = SHORTEST_MILLIS + random.nextInt(LONGEST_MILLIS - SHORTEST_MILLIS);
        clock.schedule(() -> change(guid), wait, TimeUnit.MILLISECONDS);
    }

    private void change(String guid) {
        upstream.change(guid);
        changes.merge(guid, 1, Integer::sum);
        later(guid);
    }
}
