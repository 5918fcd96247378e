package dev.callwatch.push;

import dev.callwatch.time.Delay;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.function.BooleanSupplier;

/**
 * What is to be delivered to one sink: at most {@value #MOST_AT_ONCE} events at the same time, those of one call in their order. What
 * fails is tried again by the {@link DeliverySchedule}. A sink that fails is probed ({@link SinkHealth}): one attempt at a time. Once it
 * accepts an event again, all that waits is due. All queues together have {@link DeliverySlots} for what is under way. Safe for
 * concurrent use.
 */
final class SinkQueue {

    static final int MOST_AT_ONCE = 16;

    /** How soon it is looked whether attempts may be made again. */
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

    private static final Cancellable NO_TIMER = () -> {};

    /**
     * What queues share.
     *
     * @param mayDeliver whether this replica may make attempts now
     * @param slots bound the attempts of all queues
     */
    record Dependencies(
            SinkClient client,
            DeliverySchedule schedule,
            Duration retryFor,
            BooleanSupplier mayDeliver,
            Clock clock,
            Delay delay,
            PushMetrics metrics,
            DeliverySlots slots) {}

    /** The turn of this queue in line for a slot. */
    private final Runnable turn = this::pump;

    private volatile Sink sink;
    private final Dependencies dependencies;
    private final Deque<CallQueue> ready = new ArrayDeque<>();
    private final Queue<CallQueue> waiting = new PriorityQueue<>(Comparator.comparing(CallQueue::due));
    private final SinkHealth health;
    private int underWay;
    private Cancellable timer = NO_TIMER;

    SinkQueue(Sink sink, Dependencies dependencies) {
        this.sink = sink;
        this.dependencies = dependencies;
        this.health = new SinkHealth(dependencies.schedule());
    }

    /** Goes on with a sink of the same address, which may allow another rate. */
    void update(Sink latest) {
        sink = latest;
    }

    /** An attempt to make. */
    private record Attempt(CallQueue callQueue, Delivery delivery) {}

    /**
     * Adds an event at the end of the queue of its call.
     *
     * @return whether it did; not where that queue is closed
     */
    boolean add(CallQueue callQueue, Delivery delivery) {
        synchronized (this) {
            if (callQueue.isClosed()) {
                return false;
            }
            if (callQueue.add(delivery) && !callQueue.isUnderWay()) {
                ready.add(callQueue);
            }
        }
        pump();
        return true;
    }

    /**
     * Ends the queue of a call: what is under way is not tried again.
     *
     * @return what was removed from it, without what is under way
     */
    synchronized Deque<Delivery> close(CallQueue callQueue) {
        if (!callQueue.isUnderWay()) {
            ready.remove(callQueue);
            waiting.remove(callQueue);
        }
        return callQueue.close();
    }

    /** How many events of a call are not delivered yet. */
    synchronized int pending(CallQueue callQueue) {
        return callQueue.size();
    }

    /** When the next attempt for a call is due; empty where it is empty, under way, or only waits for its turn. */
    synchronized Optional<Instant> nextAttempt(CallQueue callQueue) {
        return callQueue
                .head()
                .filter(head -> !callQueue.isUnderWay() && head.attempts() > 0)
                .map(head -> health.afterPause(head.due()));
    }

    /** Whether the sink is probed. */
    synchronized boolean isFailing() {
        return health.isFailing();
    }

    /** Whether nothing is to be delivered. */
    synchronized boolean isIdle() {
        return ready.isEmpty() && waiting.isEmpty() && underWay == 0;
    }

    private void pump() {
        List<Attempt> attempts = new ArrayList<>();
        List<Attempt> expired = new ArrayList<>();
        synchronized (this) {
            take(attempts, expired);
            schedule();
        }
        expired.forEach(late -> late.callQueue().listener().done(late.callQueue(), late.delivery(), false));
        attempts.forEach(this::attempt);
    }

    private void take(List<Attempt> attempts, List<Attempt> expired) {
        Instant now = dependencies.clock().instant();
        expire(ready, now, expired);
        while (!waiting.isEmpty() && !waiting.peek().due().isAfter(now)) {
            CallQueue callQueue = waiting.remove();
            if (!isExpired(callQueue, now)) {
                ready.addFirst(callQueue);
            } else {
                giveUp(callQueue, expired);
            }
        }
        while (mayAttempt(now)) {
            if (!dependencies.slots().take(turn)) {
                return;
            }
            CallQueue callQueue = ready.remove();
            callQueue.underWay(true);
            underWay++;
            attempts.add(new Attempt(callQueue, callQueue.head().orElseThrow()));
            health.sent(sink.ratePerMinute(), now);
        }
        dependencies.slots().leave(turn);
    }

    private boolean mayAttempt(Instant now) {
        return dependencies.mayDeliver().getAsBoolean() && underWay < most() && !now.isBefore(gate(now));
    }

    private int most() {
        return health.isFailing() ? 1 : MOST_AT_ONCE;
    }

    /** From when on the first of those that are ready may be sent. */
    private Instant gate(Instant now) {
        return Optional.ofNullable(ready.peek())
                .flatMap(CallQueue::head)
                .map(first -> health.earliest(now, first.attempts() > 0))
                .orElse(Instant.MAX);
    }

    /** The oldest stand at the front. */
    private void expire(Deque<CallQueue> callQueues, Instant now, List<Attempt> expired) {
        while (!callQueues.isEmpty() && isExpired(callQueues.peek(), now)) {
            giveUp(callQueues.remove(), expired);
        }
    }

    private boolean isExpired(CallQueue callQueue, Instant now) {
        return callQueue.head().filter(head -> !now.isBefore(expiry(head))).isPresent();
    }

    private Instant expiry(Delivery delivery) {
        return delivery.acceptedAt().plus(dependencies.retryFor());
    }

    private void giveUp(CallQueue callQueue, List<Attempt> expired) {
        expired.add(new Attempt(callQueue, callQueue.remove()));
        if (callQueue.size() > 0) {
            ready.add(callQueue);
        }
    }

    private void schedule() {
        timer.cancel();
        timer = NO_TIMER;
        Instant now = dependencies.clock().instant();
        Instant next = waiting.isEmpty() ? Instant.MAX : waiting.peek().due();
        if (!ready.isEmpty() && underWay < most()) {
            Instant gate = gate(now);
            next = earlier(next, gate.isAfter(now) ? gate : now.plus(BETWEEN_LOOKS));
        }
        if (!ready.isEmpty()) {
            next = earlier(next, ready.peek().head().map(this::expiry).orElse(Instant.MAX));
        }
        if (next.isBefore(Instant.MAX)) {
            Duration wait = next.isAfter(now) ? Duration.between(now, next) : Duration.ZERO;
            timer = dependencies.delay().of(wait).subscribe().with(passed -> pump());
        }
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private void attempt(Attempt attempt) {
        dependencies
                .client()
                .send(sink, attempt.delivery().event(), attempt.delivery().mode())
                .subscribe()
                .with(
                        result -> ended(attempt, result),
                        defect -> ended(attempt, new AttemptResult.Unanswered("defect")));
    }

    private void ended(Attempt attempt, AttemptResult result) {
        CallQueue callQueue = attempt.callQueue();
        dependencies.metrics().attempted(result);
        callQueue.listener().attempted(result);
        if (result instanceof AttemptResult.Delivered) {
            delivered(callQueue);
            callQueue.listener().done(callQueue, attempt.delivery(), true);
        } else if (result instanceof AttemptResult.Gone) {
            callQueue.listener().gone(gone(callQueue));
        } else if (failed(attempt, result)) {
            callQueue.listener().done(callQueue, attempt.delivery(), false);
        }
        dependencies.slots().release();
        pump();
        dependencies.slots().callNext();
    }

    private synchronized void delivered(CallQueue callQueue) {
        leave(callQueue);
        callQueue.remove();
        if (health.accepted()) {
            ready.addAll(waiting);
            waiting.clear();
        }
        if (callQueue.size() > 0) {
            ready.add(callQueue);
        }
    }

    private synchronized Deque<Delivery> gone(CallQueue callQueue) {
        leave(callQueue);
        return callQueue.close();
    }

    /** @return whether the event is given up */
    private synchronized boolean failed(Attempt attempt, AttemptResult result) {
        CallQueue callQueue = attempt.callQueue();
        leave(callQueue);
        Instant now = dependencies.clock().instant();
        Delivery delivery = attempt.delivery();
        Duration wait = dependencies.schedule().after(delivery.attempts() + 1);
        Optional<Duration> asked = retryAfter(result);
        health.failed(asked, now);
        Instant next = later(now.plus(wait), asked.map(now::plus).orElse(now));
        if (callQueue.isClosed()) {
            callQueue.remove();
            return true;
        }
        delivery.failed(earlier(next, expiry(delivery)));
        waiting.add(callQueue);
        return false;
    }

    private void leave(CallQueue callQueue) {
        callQueue.underWay(false);
        underWay--;
    }

    private static Optional<Duration> retryAfter(AttemptResult result) {
        return result instanceof AttemptResult.Refused refused ? refused.retryAfter() : Optional.empty();
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
