package dev.callwatch.push;

import dev.callwatch.access.Grant;
import dev.callwatch.call.CallGuid;
import dev.callwatch.time.Delay;
import dev.callwatch.time.WallClock;
import dev.callwatch.watch.CallEvent;
import dev.callwatch.watch.CallFeed;
import dev.callwatch.watch.EventType;
import dev.callwatch.watch.Notification;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Runs one subscription: follows its calls, hands their revisions to the queue of its sink, and ends it. Safe for concurrent use.
 */
final class SubscriptionRunner implements Lane.Listener {

    private static final Logger LOG = Logger.getLogger(SubscriptionRunner.class);

    /** As many events of a call wait here; what follows waits in the feed, which keeps the last 32. */
    private static final int MOST_PENDING_PER_CALL = 32;

    private static final Uni<Void> AT_ONCE = Uni.createFrom().voidItem();

    /** What all subscriptions share. */
    record Dependencies(
            CallFeed feed,
            SinkQueues queues,
            PushEvents events,
            PushMemory memory,
            PushMetrics metrics,
            Clock clock,
            WallClock wallClock,
            Delay delay) {}

    /** One of its calls. */
    private static final class FollowedCall {

        private final Lane lane;
        private Cancellable feed = () -> {};
        private Optional<UniEmitter<? super Void>> waiting = Optional.empty();

        /** Of the last event that was accepted or passed over. */
        private long revision;

        private boolean begun;
        private boolean settled;

        private FollowedCall(Lane lane) {
            this.lane = lane;
        }
    }

    private final Subscription subscription;
    private final Grant grant;
    private final Sink sink;
    private final SinkQueue queue;
    private final Dependencies dependencies;
    private final Consumer<SubscriptionRunner> onFinish;
    private final Map<CallGuid, FollowedCall> calls = new LinkedHashMap<>();
    private final Lane lastLane = new Lane(this);
    private Cancellable expiry = () -> {};
    private Optional<TerminationReason> ended = Optional.empty();
    private boolean lastSent;
    private boolean finished;

    /** Events that were accepted and are not in the queue yet. */
    private int inHand;

    private int accepted;
    private long delivered;
    private long failed;
    private Optional<Instant> lastAttemptAt = Optional.empty();
    private Optional<String> lastAnswer = Optional.empty();

    /**
     * Does nothing before {@link #begin}.
     *
     * @param grant what its caller may see
     * @param sink where its events go
     * @param onFinish called once, when it has ended and nothing is left to deliver
     */
    SubscriptionRunner(
            Subscription subscription,
            Grant grant,
            Sink sink,
            Dependencies dependencies,
            Consumer<SubscriptionRunner> onFinish) {
        this.subscription = subscription;
        this.grant = grant;
        this.sink = sink;
        this.queue = dependencies.queues().acquire(sink);
        this.dependencies = dependencies;
        this.onFinish = onFinish;
        subscription.calls().forEach(guid -> calls.put(guid, new FollowedCall(new Lane(this))));
    }

    Subscription subscription() {
        return subscription;
    }

    /** Follows the calls. */
    void begin() {
        Duration left = Duration.between(dependencies.wallClock().now(), subscription.expiresAt());
        Cancellable timer = dependencies
                .delay()
                .of(left.isNegative() ? Duration.ZERO : left)
                .subscribe()
                .with(passed -> end(TerminationReason.SUBSCRIPTION_EXPIRED));
        synchronized (this) {
            expiry = timer;
        }
        calls.forEach(this::follow);
    }

    private void follow(CallGuid guid, FollowedCall call) {
        Cancellable feed = dependencies
                .feed()
                .follow(
                        grant.account(),
                        guid,
                        OptionalLong.empty(),
                        subscription.caller().name())
                .onItem()
                .transformToUniAndConcatenate(notification -> accept(call, notification))
                .subscribe()
                .with(
                        accepted -> {},
                        defect -> LOG.errorf(defect, "Subscription %s no longer follows a call", subscription.id()));
        boolean late;
        synchronized (this) {
            call.feed = feed;
            late = ended.isPresent();
        }
        if (late) {
            feed.cancel();
        }
    }

    /** @return completes once there is room for more */
    private Uni<Void> accept(FollowedCall call, Notification notification) {
        if (notification instanceof Notification.Changed changed) {
            accept(call, changed.event());
            return room(call);
        }
        if (notification instanceof Notification.Completed) {
            settled(call);
        }
        return AT_ONCE;
    }

    private void accept(FollowedCall call, CallEvent event) {
        Optional<Delivery> delivery = Optional.empty();
        boolean usedUp = false;
        synchronized (this) {
            if (ended.isEmpty() && isNew(call, event)) {
                delivery = type(call, event).map(type -> delivery(event, type));
                call.begun = true;
                call.revision = event.call().revision();
                inHand += delivery.isPresent() ? 1 : 0;
                accepted += delivery.isPresent() ? 1 : 0;
                usedUp = delivery.isPresent() && subscription.maxEvents().orElse(Integer.MAX_VALUE) <= accepted;
            }
        }
        delivery.ifPresent(made -> add(call.lane, made));
        if (usedUp) {
            end(TerminationReason.MAX_EVENTS_REACHED);
        }
    }

    private void add(Lane lane, Delivery delivery) {
        dependencies.memory().take(delivery.event().weight());
        boolean added = queue.add(lane, delivery);
        synchronized (this) {
            inHand--;
        }
        if (!added) {
            forget(List.of(delivery));
        }
        finishIfDelivered();
    }

    /** After a problem a revision is confirmed; to lose a call is no revision. */
    private static boolean isNew(FollowedCall call, CallEvent event) {
        long revision = event.call().revision();
        return revision > call.revision || revision == call.revision && event.type() == EventType.LOST;
    }

    private Optional<EventType> type(FollowedCall call, CallEvent event) {
        boolean initial = !call.begun && event.type() == EventType.OBSERVED;
        if (initial) {
            return Optional.of(event.type()).filter(type -> subscription.initialEvent());
        }
        return subscription.types().match(event);
    }

    private Delivery delivery(CallEvent event, EventType type) {
        return new Delivery(
                dependencies.events().of(event, type, subscription.traceparent(), grant.numbers()),
                mode(),
                dependencies.clock().instant());
    }

    private ContentMode mode() {
        return subscription.contentMode().orElse(sink.contentMode());
    }

    private Uni<Void> room(FollowedCall call) {
        return hasRoom(call)
                ? AT_ONCE
                : Uni.createFrom().emitter(emitter -> {
                    synchronized (this) {
                        call.waiting = Optional.of(emitter);
                    }
                    letIn(call);
                });
    }

    private boolean hasRoom(FollowedCall call) {
        int pending = queue.pending(call.lane);
        return pending == 0
                || pending < MOST_PENDING_PER_CALL && !dependencies.memory().isFull();
    }

    private void letIn(FollowedCall call) {
        Optional<UniEmitter<? super Void>> next = Optional.empty();
        if (hasRoom(call)) {
            synchronized (this) {
                next = call.waiting;
                call.waiting = Optional.empty();
            }
        }
        next.ifPresent(emitter -> emitter.complete(null));
    }

    private void settled(FollowedCall call) {
        boolean all;
        synchronized (this) {
            call.settled = true;
            all = calls.values().stream().allMatch(each -> each.settled);
        }
        if (all) {
            end(TerminationReason.CALLS_SETTLED);
        }
    }

    /** Ends it, unless it has ended: its calls are no longer followed. */
    void end(TerminationReason reason) {
        List<Cancellable> running = new ArrayList<>();
        synchronized (this) {
            if (ended.isPresent()) {
                return;
            }
            ended = Optional.of(reason);
            running.add(expiry);
            calls.values().forEach(call -> running.add(call.feed));
        }
        running.forEach(Cancellable::cancel);
        if (!reason.keepsEvents()) {
            calls.values().forEach(call -> forget(queue.close(call.lane)));
        }
        LOG.debugf("Subscription %s has ended: %s", subscription.id(), reason);
        finishIfDelivered();
    }

    private void forget(Collection<Delivery> removed) {
        removed.forEach(
                delivery -> dependencies.memory().release(delivery.event().weight()));
    }

    /** The event about the end is the last. */
    private void finishIfDelivered() {
        Optional<Delivery> last = Optional.empty();
        boolean done = false;
        synchronized (this) {
            if (ended.isEmpty() || finished || inHand > 0 || pendingCalls() > 0) {
                return;
            }
            if (ended.get().isSent() && !lastSent) {
                lastSent = true;
                inHand++;
                PushEvent event = dependencies
                        .events()
                        .ended(
                                subscription,
                                ended.get(),
                                dependencies.wallClock().now());
                last = Optional.of(
                        new Delivery(event, mode(), dependencies.clock().instant()));
            } else if (!ended.get().isSent() || queue.pending(lastLane) == 0) {
                finished = true;
                done = true;
            }
        }
        last.ifPresent(delivery -> add(lastLane, delivery));
        if (done) {
            dependencies.queues().release(sink);
            onFinish.accept(this);
        }
    }

    private int pendingCalls() {
        return calls.values().stream()
                .mapToInt(call -> queue.pending(call.lane))
                .sum();
    }

    @Override
    public synchronized void attempted(AttemptResult result) {
        lastAttemptAt = Optional.of(dependencies.wallClock().now());
        lastAnswer = Optional.of(result.answer());
    }

    @Override
    public void done(Lane lane, Delivery delivery, boolean accepted) {
        dependencies.memory().release(delivery.event().weight());
        boolean late;
        synchronized (this) {
            late = ended.filter(reason -> !reason.keepsEvents()).isPresent() && lane != lastLane;
            if (accepted) {
                delivered++;
            } else if (!late) {
                failed++;
            }
        }
        if (!accepted && !late) {
            dependencies.metrics().undelivered(1);
            LOG.warnf(
                    "Event %s of subscription %s was given up after %d attempt(s) to deliver it to %s",
                    delivery.event().id(), subscription.id(), delivery.attempts(), sink.shown());
        }
        calls.values().stream().filter(call -> call.lane == lane).forEach(this::letIn);
        finishIfDelivered();
    }

    @Override
    public void gone(Deque<Delivery> removed) {
        forget(removed);
        end(TerminationReason.SINK_GONE);
        // It may have ended before for another reason, and this was its last event.
        synchronized (this) {
            ended = Optional.of(TerminationReason.SINK_GONE);
        }
        calls.values().forEach(call -> forget(queue.close(call.lane)));
        finishIfDelivered();
    }

    /** Where it stands. */
    SubscriptionStatus status() {
        List<Lane> lanes = new ArrayList<>();
        calls.values().forEach(call -> lanes.add(call.lane));
        lanes.add(lastLane);
        int pending = lanes.stream().mapToInt(queue::pending).sum();
        Instant now = dependencies.clock().instant();
        Instant wallNow = dependencies.wallClock().now();
        Optional<Instant> next = lanes.stream()
                .map(queue::nextAttempt)
                .flatMap(Optional::stream)
                .min(Instant::compareTo)
                .map(due -> wallNow.plus(Duration.between(now, due.isBefore(now) ? now : due)));
        synchronized (this) {
            return new SubscriptionStatus(
                    subscription,
                    ended.map(TerminationReason::state).orElse(SubscriptionState.ACTIVE),
                    ended,
                    new Deliveries(pending, delivered, failed, lastAttemptAt, lastAnswer, next));
        }
    }

    /** Whether its calls are followed. */
    synchronized boolean isActive() {
        return ended.isEmpty();
    }

    /** Why it ended. */
    synchronized Optional<TerminationReason> ended() {
        return ended;
    }
}
