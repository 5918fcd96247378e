package dev.callwatch.push;

import dev.callwatch.time.Delay;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** The queues of sinks: one for each sink that anybody delivers to. */
@Singleton
class SinkQueues {

    private final SinkQueue.Dependencies dependencies;
    private final Map<String, Entry> queues = new HashMap<>();

    /** A queue and how many use it. */
    private static final class Entry {

        private final SinkQueue queue;
        private int users;

        private Entry(SinkQueue queue) {
            this.queue = queue;
        }
    }

    @Inject
    SinkQueues(SinkClient client, PushOptions options, RunLease lease, Clock clock, Delay delay, PushMetrics metrics) {
        this(new SinkQueue.Dependencies(
                client,
                new DeliverySchedule(() -> ThreadLocalRandom.current().nextDouble()),
                options.retryFor(),
                lease::isHeld,
                clock,
                delay,
                metrics,
                DeliverySlots.ofHeap()));
    }

    SinkQueues(SinkQueue.Dependencies dependencies) {
        this.dependencies = dependencies;
        dependencies
                .metrics()
                .gauge(
                        "sinks.failing",
                        "Sinks that are probed, because they failed three times in a row",
                        this::failing);
    }

    /** The queue of a sink, until it is released. */
    synchronized SinkQueue acquire(Sink sink) {
        Entry entry = queues.computeIfAbsent(sink.name(), absent -> new Entry(new SinkQueue(sink, dependencies)));
        entry.users++;
        entry.queue.update(sink);
        return entry.queue;
    }

    /** Somebody no longer delivers to a sink. */
    synchronized void release(Sink sink) {
        Entry entry = queues.get(sink.name());
        if (entry != null && --entry.users == 0) {
            queues.remove(sink.name());
        }
    }

    private synchronized long failing() {
        return queues.values().stream().filter(entry -> entry.queue.isFailing()).count();
    }
}
