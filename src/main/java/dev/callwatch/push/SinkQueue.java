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
 * What is to be delivered to one sink: at most {@value #MOST_AT_ONCE} events at the same time, each lane in its order. What
 * fails is tried again by the {@link DeliverySchedule}. A sink that failed {@value #FAILURES_UNTIL_PROBING} times in a row is
 * probed: one attempt at a time, and with an event that it has not seen at most every five minutes. Once it accepts one again, all
 * that waits is due. Safe for concurrent use.
 */
final class SinkQueue {

    static final int MOST_AT_ONCE = 16;
    static final int FAILURES_UNTIL_PROBING = 3;

    private static final Duration BETWEEN_PROBES = Duration.ofMinutes(5);
    /** How soon it is looked whether attempts may be made again. */
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Cancellable NO_TIMER = () -> {};

    /**
     * What queues share.
     *
     * @param mayDeliver whether this replica may make attempts now
     */
    record Dependencies(
            SinkClient client,
            DeliverySchedule schedule,
            Duration retryFor,
            BooleanSupplier mayDeliver,
            Clock clock,
            Delay delay,
            PushMetrics metrics) {}

    private volatile Sink sink;
    private final Dependencies dependencies;
    private final Deque<Lane> ready = new ArrayDeque<>();
    private final Queue<Lane> waiting = new PriorityQueue<>(Comparator.comparing(Lane::due));
    private int underWay;

    /** Attempts in a row that failed. */
    private int failures;

    private int probes;

    /** Until when the sink is left in peace: it asked for that, or allows no more requests a minute. */
    private Instant pausedUntil = Instant.MIN;

    /** While it is probed: when an event that it has not seen may be sent. */
    private Instant nextProbe = Instant.MIN;

    private Cancellable timer = NO_TIMER;

    SinkQueue(Sink sink, Dependencies dependencies) {
        this.sink = sink;
        this.dependencies = dependencies;
    }

    /** Goes on with a sink of the same address, which may allow another rate. */
    void update(Sink latest) {
        sink = latest;
    }

    /** An attempt to make. */
    private record Attempt(Lane lane, Delivery delivery) {}

    /**
     * Adds an event at the end of a lane.
     *
     * @return whether it did; not where the lane is closed
     */
    boolean add(Lane lane, Delivery delivery) {
        synchronized (this) {
            if (lane.isClosed()) {
                return false;
            }
            if (lane.add(delivery) && !lane.isUnderWay()) {
                ready.add(lane);
            }
        }
        pump();
        return true;
    }

    /**
     * Ends a lane: what is under way is not tried again.
     *
     * @return what was removed from it, without what is under way
     */
    synchronized Deque<Delivery> close(Lane lane) {
        if (!lane.isUnderWay()) {
            ready.remove(lane);
            waiting.remove(lane);
        }
        return lane.close();
    }

    /** How many events of a lane are not delivered yet. */
    synchronized int pending(Lane lane) {
        return lane.size();
    }

    /** When the next attempt of a lane is due; empty where it is empty, under way, or only waits for its turn. */
    synchronized Optional<Instant> nextAttempt(Lane lane) {
        return lane.head()
                .filter(head -> !lane.isUnderWay() && head.attempts() > 0)
                .map(head -> head.due().isBefore(pausedUntil) ? pausedUntil : head.due());
    }

    /** Whether the sink is probed. */
    synchronized boolean isFailing() {
        return failures >= FAILURES_UNTIL_PROBING;
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
        expired.forEach(late -> late.lane().listener().done(late.lane(), late.delivery(), false));
        attempts.forEach(this::attempt);
    }

    private void take(List<Attempt> attempts, List<Attempt> expired) {
        Instant now = dependencies.clock().instant();
        expire(ready, now, expired);
        while (!waiting.isEmpty() && !waiting.peek().due().isAfter(now)) {
            Lane lane = waiting.remove();
            if (!isExpired(lane, now)) {
                ready.addFirst(lane);
            } else {
                giveUp(lane, expired);
            }
        }
        while (dependencies.mayDeliver().getAsBoolean() && underWay < most() && !now.isBefore(gate(now))) {
            Lane lane = ready.remove();
            lane.underWay(true);
            underWay++;
            attempts.add(new Attempt(lane, lane.head().orElseThrow()));
            spend(now);
        }
    }

    private int most() {
        return failures >= FAILURES_UNTIL_PROBING ? 1 : MOST_AT_ONCE;
    }

    /** From when on the first of those that are ready may be sent. */
    private Instant gate(Instant now) {
        Lane first = ready.peek();
        if (first == null) {
            return Instant.MAX;
        }
        boolean probing = failures >= FAILURES_UNTIL_PROBING;
        boolean unseen = first.head().filter(head -> head.attempts() == 0).isPresent();
        Instant gate = probing && unseen ? nextProbe : now;
        return gate.isBefore(pausedUntil) ? pausedUntil : gate;
    }

    private void spend(Instant now) {
        sink.ratePerMinute().ifPresent(rate -> pausedUntil = now.plus(MINUTE.dividedBy(rate)));
        nextProbe = now.plus(BETWEEN_PROBES);
    }

    /** The oldest stand at the front. */
    private void expire(Deque<Lane> lanes, Instant now, List<Attempt> expired) {
        while (!lanes.isEmpty() && isExpired(lanes.peek(), now)) {
            giveUp(lanes.remove(), expired);
        }
    }

    private boolean isExpired(Lane lane, Instant now) {
        return lane.head().filter(head -> !now.isBefore(expiry(head))).isPresent();
    }

    private Instant expiry(Delivery delivery) {
        return delivery.acceptedAt().plus(dependencies.retryFor());
    }

    private void giveUp(Lane lane, List<Attempt> expired) {
        expired.add(new Attempt(lane, lane.remove()));
        if (lane.size() > 0) {
            ready.add(lane);
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
        Lane lane = attempt.lane();
        dependencies.metrics().attempted(result);
        lane.listener().attempted(result);
        if (result instanceof AttemptResult.Delivered) {
            delivered(lane);
            lane.listener().done(lane, attempt.delivery(), true);
        } else if (result instanceof AttemptResult.Gone) {
            lane.listener().gone(gone(lane));
        } else if (failed(attempt, result)) {
            lane.listener().done(lane, attempt.delivery(), false);
        }
        pump();
    }

    private synchronized void delivered(Lane lane) {
        leave(lane);
        lane.remove();
        if (failures >= FAILURES_UNTIL_PROBING) {
            ready.addAll(waiting);
            waiting.clear();
        }
        failures = 0;
        probes = 0;
        if (lane.size() > 0) {
            ready.add(lane);
        }
    }

    private synchronized Deque<Delivery> gone(Lane lane) {
        leave(lane);
        return lane.close();
    }

    /** @return whether the event is given up */
    private synchronized boolean failed(Attempt attempt, AttemptResult result) {
        Lane lane = attempt.lane();
        leave(lane);
        failures++;
        Instant now = dependencies.clock().instant();
        Delivery delivery = attempt.delivery();
        Duration wait = dependencies.schedule().after(delivery.attempts() + 1);
        Optional<Duration> asked = retryAfter(result);
        asked.ifPresent(pause -> pausedUntil = later(pausedUntil, now.plus(pause)));
        Instant next = later(now.plus(wait), asked.map(now::plus).orElse(now));
        if (failures >= FAILURES_UNTIL_PROBING) {
            Duration untilProbe = dependencies.schedule().after(++probes);
            nextProbe = now.plus(untilProbe.compareTo(BETWEEN_PROBES) < 0 ? untilProbe : BETWEEN_PROBES);
        }
        if (lane.isClosed()) {
            lane.remove();
            return true;
        }
        delivery.failed(earlier(next, expiry(delivery)));
        waiting.add(lane);
        return false;
    }

    private void leave(Lane lane) {
        lane.underWay(false);
        underWay--;
    }

    private static Optional<Duration> retryAfter(AttemptResult result) {
        return result instanceof AttemptResult.Refused refused ? refused.retryAfter() : Optional.empty();
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
