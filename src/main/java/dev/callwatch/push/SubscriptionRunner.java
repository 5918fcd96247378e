package dev.callwatch.push;

import dev.callwatch.access.Grant;
import dev.callwatch.call.CallGuid;
import dev.callwatch.push.StoredSubscription.StoredEvent;
import dev.callwatch.time.Delay;
import dev.callwatch.time.WallClock;
import dev.callwatch.watch.CallEvent;
import dev.callwatch.watch.CallFeed;
import dev.callwatch.watch.Notification;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Runs one subscription: follows its calls, hands their revisions to the queue of its sink, and ends it. What is known of it is in its
 * {@link SubscriptionLedger}. Safe for concurrent use.
 */
final class SubscriptionRunner implements CallQueue.Listener, Owned {

    private static final Logger LOG = Logger.getLogger(SubscriptionRunner.class);

    private static final Uni<Void> AT_ONCE = Uni.createFrom().voidItem();

    /** Who runs subscriptions. */
    interface Owner {

        /** It has ended, and nothing is left to deliver. Called once. */
        void finished(SubscriptionRunner runner);

        /** Another replica runs it, or may have run it since. */
        void taken(SubscriptionRunner runner);
    }

    /** What all subscriptions share. */
    @Singleton
    record Dependencies(
            OwnedRuns runs,
            CallFeed feed,
            PushEvents events,
            PushMetrics metrics,
            SubscriptionStore store,
            WallClock wallClock,
            Delay delay) {}

    private final Subscription subscription;
    private final Grant grant;
    private final Sink sink;
    private final Dependencies dependencies;
    private final Owner owner;
    private final OwnedRun run;
    private final DeliveryQueue queue;
    private final SubscriptionLedger ledger;
    private final Map<CallGuid, FollowedCall> calls;
    private final CallQueue lastQueue = new CallQueue(this);
    private volatile Cancellable expiry = () -> {};

    /**
     * Does nothing before {@link #begin}.
     *
     * @param stored the subscription, and how far it has come
     * @param number of the run in which this replica has it
     * @param grant what its caller may see
     * @param sink where its events go
     */
    SubscriptionRunner(
            StoredSubscription stored, Run number, Grant grant, Sink sink, Dependencies dependencies, Owner owner) {
        this.subscription = stored.subscription();
        this.grant = grant;
        this.sink = sink;
        this.dependencies = dependencies;
        this.owner = owner;
        this.run = dependencies.runs().begin(subscription.id(), number, sink, () -> owner.taken(this), this::restoring);
        this.queue = run.queue();
        this.ledger = new SubscriptionLedger(
                stored,
                run.journal(),
                sink.contentMode(),
                grant.numbers(),
                dependencies.events(),
                dependencies.wallClock());
        calls = new LinkedHashMap<>(subscription.calls().size());
        subscription.calls().forEach(guid -> calls.put(guid, new FollowedCall(guid, new CallQueue(this), queue)));
    }

    Subscription subscription() {
        return subscription;
    }

    @Override
    public OwnedRun run() {
        return run;
    }

    /** Delivers what is left of before, and follows the calls. */
    void begin() {
        ledger.undelivered().forEach(event -> add(callQueue(event), event));
        if (!isActive()) {
            finishIfDelivered();
            return;
        }
        Duration lifetime = Duration.between(dependencies.wallClock().now(), subscription.expiresAt());
        expiry = dependencies
                .delay()
                .of(lifetime.isNegative() ? Duration.ZERO : lifetime)
                .subscribe()
                .with(passed -> end(TerminationReason.SUBSCRIPTION_EXPIRED));
        List<FollowedCall> unsettled = calls.values().stream()
                .filter(call -> !ledger.isSettled(call.guid()))
                .toList();
        unsettled.forEach(this::follow);
        if (unsettled.isEmpty()) {
            end(TerminationReason.CALLS_SETTLED);
        }
    }

    private CallQueue callQueue(StoredEvent event) {
        return event.call().map(calls::get).map(FollowedCall::queue).orElse(lastQueue);
    }

    private void follow(FollowedCall call) {
        Multi<Void> accepted = Multi.createFrom()
                .deferred(() -> notifications(call.guid()))
                .onItem()
                .transformToUniAndConcatenate(notification -> accept(call, notification));
        call.follow(
                accepted,
                dependencies.delay(),
                defect -> LOG.errorf(defect, "Subscription %s follows a call again in 5 s", subscription.id()));
    }

    private Multi<Notification> notifications(CallGuid guid) {
        return dependencies
                .feed()
                .follow(
                        grant.account(),
                        guid,
                        ledger.revision(guid),
                        subscription.caller().name());
    }

    /** @return completes once there is room for more */
    private Uni<Void> accept(FollowedCall call, Notification notification) {
        if (notification instanceof Notification.Changed changed) {
            return accept(call, changed.event());
        }
        if (notification instanceof Notification.Completed) {
            boolean all = ledger.settled(call.guid());
            run.write();
            if (all) {
                end(TerminationReason.CALLS_SETTLED);
            }
        }
        return AT_ONCE;
    }

    /** An event is kept before it is delivered. */
    private Uni<Void> accept(FollowedCall call, CallEvent event) {
        SubscriptionLedger.Accepted accepted = ledger.accept(call.guid(), event);
        if (accepted.event().isEmpty()) {
            if (accepted.acceptance() == SubscriptionLedger.Acceptance.PASSED_OVER) {
                run.write();
            }
            return AT_ONCE;
        }
        return run.journal().write().chain(() -> {
            add(call.queue(), accepted.event().get());
            if (accepted.acceptance() == SubscriptionLedger.Acceptance.LAST_ACCEPTED) {
                end(TerminationReason.MAX_EVENTS_REACHED);
            }
            return call.room();
        });
    }

    private Optional<Supplier<Uni<?>>> restoring(SubscriptionJournal.Lost lost) {
        return ledger.stored(lost)
                .map(SubscriptionCodec::encode)
                .map(fields -> () -> dependencies.store().create(subscription, run.number(), fields, true));
    }

    /** Another replica runs it, or will: nothing more is done here. */
    void suspend() {
        if (!ledger.suspend()) {
            return;
        }
        cancel();
        run.suspend(callQueues());
    }

    private void cancel() {
        expiry.cancel();
        calls.values().forEach(FollowedCall::cancel);
    }

    private Stream<CallQueue> callQueues() {
        return Stream.concat(calls.values().stream().map(FollowedCall::queue), Stream.of(lastQueue));
    }

    private void add(CallQueue callQueue, StoredEvent event) {
        if (!queue.add(callQueue, event)) {
            drop(List.of(event.event()));
        }
        finishIfDelivered();
    }

    /** Ends it, unless it has ended: its calls are no longer followed. */
    void end(TerminationReason reason) {
        if (!ledger.end(reason)) {
            return;
        }
        cancel();
        run.write();
        if (!reason.keepsEvents()) {
            dropAll();
        }
        LOG.debugf("Subscription %s has ended: %s", subscription.id(), reason);
        finishIfDelivered();
    }

    private void dropAll() {
        calls.values().forEach(call -> drop(events(queue.close(call.queue()))));
    }

    private static List<PushEvent> events(Collection<Delivery> deliveries) {
        return deliveries.stream().map(Delivery::event).toList();
    }

    /** They will not be delivered. */
    private void drop(Collection<PushEvent> events) {
        if (!events.isEmpty()) {
            ledger.drop(events.stream().map(PushEvent::id).toList());
            run.write();
        }
    }

    /** The event about the end is the last. */
    private void finishIfDelivered() {
        Optional<StoredEvent> last = ledger.last();
        if (last.isPresent()) {
            run.journal().write().subscribe().with(written -> add(lastQueue, last.get()));
        } else if (ledger.finish()) {
            run.write();
            queue.release();
            owner.finished(this);
        }
    }

    @Override
    public void attempted(AttemptResult result) {
        ledger.attempted(result);
        if (!(result instanceof AttemptResult.Delivered)) {
            run.write();
        }
    }

    @Override
    public void done(CallQueue callQueue, Delivery delivery, boolean delivered) {
        queue.left(delivery);
        SubscriptionLedger.Outcome outcome = ledger.done(delivery, delivered, callQueue == lastQueue);
        if (outcome == SubscriptionLedger.Outcome.IGNORED) {
            return;
        }
        run.write();
        if (outcome == SubscriptionLedger.Outcome.GIVEN_UP) {
            dependencies.metrics().undelivered(1);
            LOG.warnf(
                    "Event %s of subscription %s was given up after %d attempt(s) to deliver it to %s",
                    delivery.event().id(), subscription.id(), delivery.attempts(), sink.shown());
        }
        calls.values().stream().filter(call -> call.queue() == callQueue).forEach(FollowedCall::letIn);
        finishIfDelivered();
    }

    @Override
    public void gone(Deque<Delivery> removed) {
        removed.forEach(queue::left);
        drop(events(removed));
        end(TerminationReason.SINK_GONE);
        // It may have ended before for another reason, and this was its last event.
        ledger.gone();
        run.write();
        dropAll();
        finishIfDelivered();
    }

    /** Where it stands. */
    SubscriptionStatus status() {
        return ledger.status(
                callQueues().map(queue::nextAttempt).flatMap(Optional::stream).min(Instant::compareTo));
    }

    /** How many events are not delivered yet. */
    int pending() {
        return ledger.pending();
    }

    /** Whether it has ended and nothing is left to deliver. */
    boolean isFinished() {
        return ledger.isFinished();
    }

    /** Whether its calls are followed. */
    boolean isActive() {
        return ledger.isActive();
    }
}
