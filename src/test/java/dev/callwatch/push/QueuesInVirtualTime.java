package dev.callwatch.push;

import dev.callwatch.time.VirtualTime;
import java.time.Duration;

/** Queues of sinks in virtual time: they may always deliver, try for a day, and have slots for all that a test delivers. */
final class QueuesInVirtualTime {

    private QueuesInVirtualTime() {}

    static SinkQueues to(ScriptedSink sink, VirtualTime time, PushMetrics metrics) {
        return new SinkQueues(new SinkQueue.Dependencies(
                sink,
                new DeliverySchedule(() -> 0),
                Duration.ofHours(24),
                () -> true,
                time,
                time,
                metrics,
                new DeliverySlots(1_000)));
    }
}
