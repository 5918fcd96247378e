package dev.callwatch.push;

import dev.callwatch.access.Grant;
import dev.callwatch.call.CallGuid;
import dev.callwatch.push.StoredSubscription.CallProgress;
import dev.callwatch.push.StoredSubscription.StoredEvent;
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
import org.jboss.logging.Logger;

/**
 * Runs one subscription: follows its calls, hands their revisions to the queue of its sink, and ends it. Safe for concurrent use.
 */
final class SubscriptionRunner implements CallQueue.Listener {

    private static final Logger LOG = Logger.getLogger(SubscriptionRunner.class);

    /** As many events of a call wait here; what follows waits in the feed, which keeps the last 32. */
    private static final int MOST_PENDING_PER_CALL = 32;

    private static final Uni<Void> AT_ONCE = Uni.createFrom().voidItem();

    /** Who runs subscriptions. */
    interface Owner {

        /** It has ended, and nothing is left to deliver. Called once. */
        void finished(SubscriptionRunner runner);

        /** Another replica runs it. */
        void taken(SubscriptionRunner runner);
    }

    /** What all subscriptions share. */
    record Dependencies(
            CallFeed feed,
            SinkQueues queues,
            PushEvents events,
            PushMemory memory,
            PushMetrics metrics,
            SubscriptionStore store,
            RunLease lease,
            Clock clock,
            WallClock wallClock,
            Delay delay) {

        /** Of an event that is kept. The time of day may have been another where it was accepted. */
        Delivery delivery(StoredEvent event) {
            Duration age = Duration.between(event.acceptedAt(), wallClock.now());
            return new Delivery(
                    event.event(), event.mode(), clock.instant().minus(age.isNegative() ? Duration.ZERO : age));
        }
    }

    /** One of its calls. */
    private static final class FollowedCall {

        private final CallGuid guid;
        private final CallQueue callQueue;
        private Cancellable feed = () -> {};
        private Optional<UniEmitter<? super Void>> waiting = Optional.empty();

        /** Of the last event that was accepted or passed over. */
        private long revision;

        private boolean begun;
        private boolean settled;

        private FollowedCall(CallGuid guid, CallQueue callQueue) {
            this.guid = guid;
            this.callQueue = callQueue;
        }

        private CallProgress progress() {
            return new CallProgress(revision, settled);
        }
    }

    private final Subscription subscription;
    private final Run run;
    private final Grant grant;
    private final Sink sink;
    private final SinkQueue queue;
    private final Dependencies dependencies;
    private final Owner owner;
    private final SubscriptionJournal journal;
    private final Map<CallGuid, FollowedCall> calls = new LinkedHashMap<>();
    private final CallQueue lastQueue = new CallQueue(this);

    /** What is not delivered yet, by the identifiers of the events. */
    private final Map<String, StoredEvent> pending = new LinkedHashMap<>();

    private Cancellable expiry = () -> {};
    private long nextNumber;
    private boolean suspended;
    private boolean released;
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
     * @param stored the subscription, and how far it has come
     * @param run in which this replica has it
     * @param grant what its caller may see
     * @param sink where its events go
     */
    SubscriptionRunner(
            StoredSubscription stored, Run run, Grant grant, Sink sink, Dependencies dependencies, Owner owner) {
        this.subscription = stored.subscription();
        this.run = run;
        this.grant = grant;
        this.sink = sink;
        this.queue = dependencies.queues().acquire(sink);
        this.dependencies = dependencies;
        this.owner = owner;
        this.journal = new SubscriptionJournal(
                subscription.id(),
                run,
                dependencies.store(),
                dependencies.lease(),
                dependencies.delay(),
                () -> owner.taken(this),
                this::recreate);
        subscription.calls().forEach(guid -> calls.put(guid, new FollowedCall(guid, new CallQueue(this))));
        restore(stored);
    }

    private void restore(StoredSubscription stored) {
        Progress progress = stored.progress();
        ended = progress.ended();
        lastSent = progress.lastSent();
        finished = progress.finished();
        accepted = progress.accepted();
        delivered = progress.delivered();
        failed = progress.failed();
        lastAttemptAt = progress.lastAttemptAt();
        lastAnswer = progress.lastAnswer();
        stored.calls()
                .forEach((guid, known) -> Optional.ofNullable(calls.get(guid)).ifPresent(call -> {
                    call.begun = true;
                    call.revision = known.revision();
                    call.settled = known.settled();
                }));
        stored.events().forEach(event -> pending.put(event.event().id(), event));
        nextNumber =
                stored.events().stream().mapToLong(StoredEvent::number).max().orElse(-1) + 1;
    }

    Subscription subscription() {
        return subscription;
    }

    /** In which this replica has it. */
    Run run() {
        return run;
    }

    /** Delivers what is left of before, and follows the calls. */
    void begin() {
        List<StoredEvent> left;
        synchronized (this) {
            left = List.copyOf(pending.values());
            inHand += left.size();
        }
        left.forEach(event -> add(callQueue(event), dependencies.delivery(event)));
        if (!isActive()) {
            finishIfDelivered();
            return;
        }
        Duration lifetime = Duration.between(dependencies.wallClock().now(), subscription.expiresAt());
        Cancellable timer = dependencies
                .delay()
                .of(lifetime.isNegative() ? Duration.ZERO : lifetime)
                .subscribe()
                .with(passed -> end(TerminationReason.SUBSCRIPTION_EXPIRED));
        synchronized (this) {
            expiry = timer;
        }
        List<FollowedCall> unsettled =
                calls.values().stream().filter(call -> !call.settled).toList();
        unsettled.forEach(this::follow);
        if (unsettled.isEmpty()) {
            end(TerminationReason.CALLS_SETTLED);
        }
    }

    private CallQueue callQueue(StoredEvent event) {
        return event.call().map(calls::get).map(call -> call.callQueue).orElse(lastQueue);
    }

    private void follow(FollowedCall call) {
        Cancellable feed = dependencies
                .feed()
                .follow(
                        grant.account(),
                        call.guid,
                        call.begun ? OptionalLong.of(call.revision) : OptionalLong.empty(),
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
            late = ended.isPresent() || suspended;
        }
        if (late) {
            feed.cancel();
        }
    }

    /** @return completes once there is room for more */
    private Uni<Void> accept(FollowedCall call, Notification notification) {
        if (notification instanceof Notification.Changed changed) {
            return accept(call, changed.event());
        }
        if (notification instanceof Notification.Completed) {
            settled(call);
        }
        return AT_ONCE;
    }

    /** An event is kept before it is delivered. */
    private Uni<Void> accept(FollowedCall call, CallEvent event) {
        Map<String, Optional<String>> changes = new LinkedHashMap<>();
        Optional<StoredEvent> wanted;
        boolean usedUp;
        synchronized (this) {
            if (ended.isPresent() || suspended || !isNew(call, event)) {
                return AT_ONCE;
            }
            wanted = type(call, event).map(type -> stored(call.guid, event, type));
            call.begun = true;
            call.revision = event.call().revision();
            changes.put(SubscriptionCodec.callField(call.guid), Optional.of(SubscriptionCodec.encode(call.progress())));
            wanted.ifPresent(stored -> {
                accepted++;
                keep(stored, changes);
            });
            usedUp = wanted.isPresent() && subscription.maxEvents().orElse(Integer.MAX_VALUE) <= accepted;
        }
        if (wanted.isEmpty()) {
            write(changes);
            return AT_ONCE;
        }
        return journal.write(changes).chain(() -> {
            add(call.callQueue, dependencies.delivery(wanted.get()));
            if (usedUp) {
                end(TerminationReason.MAX_EVENTS_REACHED);
            }
            return room(call);
        });
    }

    /** Called with the lock of this. */
    private void keep(StoredEvent stored, Map<String, Optional<String>> changes) {
        inHand++;
        pending.put(stored.event().id(), stored);
        changes.put(SubscriptionCodec.eventField(stored.event().id()), Optional.of(SubscriptionCodec.encode(stored)));
        changes.put(SubscriptionCodec.PROGRESS, Optional.of(SubscriptionCodec.encode(progress())));
    }

    private Progress progress() {
        return new Progress(ended, lastSent, finished, accepted, delivered, failed, lastAttemptAt, lastAnswer);
    }

    private void write(Map<String, Optional<String>> changes) {
        journal.write(changes).subscribe().with(written -> {});
    }

    private void writeProgress() {
        Map<String, Optional<String>> changes;
        synchronized (this) {
            changes = Map.of(SubscriptionCodec.PROGRESS, Optional.of(SubscriptionCodec.encode(progress())));
        }
        write(changes);
    }

    /** Finds out whether this replica still runs it. */
    void check() {
        writeProgress();
    }

    /**
     * The store has lost it; once it is over, the store was told to forget it. Where another replica may have run it meanwhile, that
     * one may have delivered more: each call is read anew, so that what follows is later.
     */
    private void recreate(SubscriptionJournal.Lost lost) {
        Map<String, String> fields;
        synchronized (this) {
            if (finished) {
                return;
            }
            fields = SubscriptionCodec.encode(lost.isSole() ? stored() : storedAnew(lost));
        }
        if (!lost.isSole()) {
            owner.taken(this);
        }
        journal.restore(() -> dependencies.store().create(subscription, run, fields, true));
    }

    private StoredSubscription stored() {
        Map<CallGuid, CallProgress> known = new LinkedHashMap<>();
        calls.values().stream().filter(call -> call.begun).forEach(call -> known.put(call.guid, call.progress()));
        return new StoredSubscription(subscription, progress(), known, List.copyOf(pending.values()));
    }

    /** No revision of before now follows; what was accepted and never kept may be older than what another replica has delivered. */
    private StoredSubscription storedAnew(SubscriptionJournal.Lost lost) {
        long later = dependencies.wallClock().now().toEpochMilli() + 1;
        Map<CallGuid, CallProgress> known = new LinkedHashMap<>();
        calls.values().stream()
                .filter(call -> call.begun)
                .forEach(call -> known.put(
                        call.guid,
                        call.settled ? call.progress() : new CallProgress(Math.max(call.revision, later), false)));
        return new StoredSubscription(subscription, progress(), known, lost.written(pending.values()));
    }

    /** Another replica runs it, or will: nothing more is done here. */
    void suspend() {
        List<Cancellable> running = new ArrayList<>();
        synchronized (this) {
            if (suspended) {
                return;
            }
            suspended = true;
            running.add(expiry);
            calls.values().forEach(call -> running.add(call.feed));
        }
        running.forEach(Cancellable::cancel);
        journal.close();
        calls.values().forEach(call -> forget(queue.close(call.callQueue)));
        forget(queue.close(lastQueue));
        releaseQueue();
    }

    private void releaseQueue() {
        synchronized (this) {
            if (released) {
                return;
            }
            released = true;
        }
        dependencies.queues().release(sink);
    }

    private void add(CallQueue callQueue, Delivery delivery) {
        dependencies.memory().take(delivery.event().weight());
        boolean added = queue.add(callQueue, delivery);
        synchronized (this) {
            inHand--;
        }
        if (!added) {
            drop(List.of(delivery));
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

    private StoredEvent stored(CallGuid guid, CallEvent event, EventType type) {
        return new StoredEvent(
                nextNumber++,
                Optional.of(guid),
                mode(),
                dependencies.wallClock().now(),
                dependencies.events().of(event, type, subscription.traceparent(), grant.numbers()));
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
        int pending = queue.pending(call.callQueue);
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
        Map<String, Optional<String>> changes;
        synchronized (this) {
            call.settled = true;
            all = calls.values().stream().allMatch(each -> each.settled);
            changes = Map.of(
                    SubscriptionCodec.callField(call.guid), Optional.of(SubscriptionCodec.encode(call.progress())));
        }
        write(changes);
        if (all) {
            end(TerminationReason.CALLS_SETTLED);
        }
    }

    /** Ends it, unless it has ended: its calls are no longer followed. */
    void end(TerminationReason reason) {
        List<Cancellable> running = new ArrayList<>();
        synchronized (this) {
            if (ended.isPresent() || suspended) {
                return;
            }
            ended = Optional.of(reason);
            running.add(expiry);
            calls.values().forEach(call -> running.add(call.feed));
        }
        running.forEach(Cancellable::cancel);
        writeProgress();
        if (!reason.keepsEvents()) {
            calls.values().forEach(call -> drop(queue.close(call.callQueue)));
        }
        LOG.debugf("Subscription %s has ended: %s", subscription.id(), reason);
        finishIfDelivered();
    }

    private void forget(Collection<Delivery> removed) {
        removed.forEach(
                delivery -> dependencies.memory().release(delivery.event().weight()));
    }

    /** They will not be delivered. */
    private void drop(Collection<Delivery> removed) {
        forget(removed);
        Map<String, Optional<String>> changes = new LinkedHashMap<>();
        synchronized (this) {
            removed.forEach(delivery -> {
                pending.remove(delivery.event().id());
                changes.put(SubscriptionCodec.eventField(delivery.event().id()), Optional.empty());
            });
        }
        if (!changes.isEmpty()) {
            write(changes);
        }
    }

    /** The event about the end is the last. */
    private void finishIfDelivered() {
        Optional<StoredEvent> last = Optional.empty();
        Map<String, Optional<String>> changes = new LinkedHashMap<>();
        boolean done = false;
        synchronized (this) {
            if (ended.isEmpty() || finished || suspended || inHand > 0 || pendingCalls() > 0) {
                return;
            }
            if (ended.get().isSent() && !lastSent) {
                lastSent = true;
                last = Optional.of(last(ended.get()));
                keep(last.get(), changes);
            } else if (!ended.get().isSent() || queue.pending(lastQueue) == 0) {
                finished = true;
                done = true;
            }
        }
        last.ifPresent(stored ->
                journal.write(changes).subscribe().with(written -> add(lastQueue, dependencies.delivery(stored))));
        if (done) {
            writeProgress();
            releaseQueue();
            owner.finished(this);
        }
    }

    private StoredEvent last(TerminationReason reason) {
        Instant now = dependencies.wallClock().now();
        PushEvent event = dependencies.events().ended(subscription, reason, now);
        return new StoredEvent(nextNumber++, Optional.empty(), mode(), now, event);
    }

    private int pendingCalls() {
        return calls.values().stream()
                .mapToInt(call -> queue.pending(call.callQueue))
                .sum();
    }

    @Override
    public void attempted(AttemptResult result) {
        synchronized (this) {
            lastAttemptAt = Optional.of(dependencies.wallClock().now());
            lastAnswer = Optional.of(result.answer());
        }
        if (!(result instanceof AttemptResult.Delivered)) {
            writeProgress();
        }
    }

    @Override
    public void done(CallQueue callQueue, Delivery delivery, boolean accepted) {
        dependencies.memory().release(delivery.event().weight());
        boolean late;
        Map<String, Optional<String>> changes = new LinkedHashMap<>();
        synchronized (this) {
            if (suspended) {
                return;
            }
            late = ended.filter(reason -> !reason.keepsEvents()).isPresent() && callQueue != lastQueue;
            if (accepted) {
                delivered++;
            } else if (!late) {
                failed++;
            }
            pending.remove(delivery.event().id());
            changes.put(SubscriptionCodec.eventField(delivery.event().id()), Optional.empty());
            changes.put(SubscriptionCodec.PROGRESS, Optional.of(SubscriptionCodec.encode(progress())));
        }
        write(changes);
        if (!accepted && !late) {
            dependencies.metrics().undelivered(1);
            LOG.warnf(
                    "Event %s of subscription %s was given up after %d attempt(s) to deliver it to %s",
                    delivery.event().id(), subscription.id(), delivery.attempts(), sink.shown());
        }
        calls.values().stream().filter(call -> call.callQueue == callQueue).forEach(this::letIn);
        finishIfDelivered();
    }

    @Override
    public void gone(Deque<Delivery> removed) {
        drop(removed);
        end(TerminationReason.SINK_GONE);
        // It may have ended before for another reason, and this was its last event.
        synchronized (this) {
            ended = Optional.of(TerminationReason.SINK_GONE);
        }
        writeProgress();
        calls.values().forEach(call -> drop(queue.close(call.callQueue)));
        finishIfDelivered();
    }

    /** Where it stands. */
    SubscriptionStatus status() {
        List<CallQueue> callQueues = new ArrayList<>();
        calls.values().forEach(call -> callQueues.add(call.callQueue));
        callQueues.add(lastQueue);
        Instant now = dependencies.clock().instant();
        Instant wallNow = dependencies.wallClock().now();
        Optional<Instant> next = callQueues.stream()
                .map(queue::nextAttempt)
                .flatMap(Optional::stream)
                .min(Instant::compareTo)
                .map(due -> wallNow.plus(Duration.between(now, due.isBefore(now) ? now : due)));
        synchronized (this) {
            return new SubscriptionStatus(
                    subscription,
                    ended.map(TerminationReason::state).orElse(SubscriptionState.ACTIVE),
                    ended,
                    new Deliveries(pending.size(), delivered, failed, lastAttemptAt, lastAnswer, next));
        }
    }

    /** How many events are not delivered yet. */
    synchronized int pending() {
        return pending.size();
    }

    /** Whether it has ended and nothing is left to deliver. */
    synchronized boolean isFinished() {
        return finished;
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
