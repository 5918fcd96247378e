package dev.callwatch.push;

import dev.callwatch.push.StoredSubscription.StoredEvent;
import dev.callwatch.time.WallClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Deque;
import java.util.Optional;

/**
 * Puts events into the queue of a sink, which others may use too, and counts the memory that they take until they have left it. Safe
 * for concurrent use.
 */
final class DeliveryQueue {

    private final Sink sink;
    private final SinkQueues queues;
    private final PushMemory memory;
    private final Clock clock;
    private final WallClock wallClock;
    private final SinkQueue queue;
    private boolean released;

    DeliveryQueue(Sink sink, SinkQueues queues, PushMemory memory, Clock clock, WallClock wallClock) {
        this.sink = sink;
        this.queues = queues;
        this.memory = memory;
        this.clock = clock;
        this.wallClock = wallClock;
        this.queue = queues.acquire(sink);
    }

    /**
     * Adds an event at the end of the queue of its call.
     *
     * @return whether it did; not where that queue is closed
     */
    boolean add(CallQueue callQueue, StoredEvent event) {
        Delivery delivery = delivery(event);
        memory.take(delivery.event().weight());
        boolean added = queue.add(callQueue, delivery);
        if (!added) {
            left(delivery);
        }
        return added;
    }

    /** The time of day may have been another where the event was accepted. */
    private Delivery delivery(StoredEvent event) {
        Duration age = Duration.between(event.acceptedAt(), wallClock.now());
        Instant acceptedAt = clock.instant().minus(age.isNegative() ? Duration.ZERO : age);
        return new Delivery(event.event(), event.mode(), acceptedAt);
    }

    /** An event has left the queue. */
    void left(Delivery delivery) {
        memory.release(delivery.event().weight());
    }

    /**
     * Ends the queue of a call: what is under way is not tried again.
     *
     * @return what was removed from it, without what is under way
     */
    Deque<Delivery> close(CallQueue callQueue) {
        Deque<Delivery> removed = queue.close(callQueue);
        removed.forEach(this::left);
        return removed;
    }

    /** How many events of a call are not delivered yet. */
    int pending(CallQueue callQueue) {
        return queue.pending(callQueue);
    }

    /** The time of day at which the next attempt for a call is due; empty where it is empty, under way, or only waits for its turn. */
    Optional<Instant> nextAttempt(CallQueue callQueue) {
        Instant now = clock.instant();
        Instant wallNow = wallClock.now();
        return queue.nextAttempt(callQueue)
                .map(due -> wallNow.plus(Duration.between(now, due.isBefore(now) ? now : due)));
    }

    /** Whether the memory for undelivered events is used up. */
    boolean isMemoryFull() {
        return memory.isFull();
    }

    /** Nothing more is added. */
    void release() {
        synchronized (this) {
            if (released) {
                return;
            }
            released = true;
        }
        queues.release(sink);
    }
}
