package dev.callwatch.push;

import dev.callwatch.account.Account;
import dev.callwatch.call.CallDirectory;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallStatus;
import dev.callwatch.push.StoredFollow.Position;
import dev.callwatch.push.StoredSubscription.CallProgress;
import dev.callwatch.push.StoredSubscription.StoredEvent;
import dev.callwatch.watch.AccountFeed;
import dev.callwatch.watch.CallEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Pushes the calls of one account to one sink, without subscriptions: reads the feed of the account, and hands each revision to the
 * queue of its sink. Events and the position in the feed are kept together before an event is delivered, so that another replica goes
 * on where this one was. Safe for concurrent use.
 */
final class SinkFollower {

    /** What follows waits in the feed, which has an end too. */
    static final int MOST_PENDING = 1_000;

    /** One event that the sink does not accept must not hold the others back for a day. */
    private static final int MOST_PENDING_WITHOUT_MEMORY = 16;

    /** Of so many calls it is known which revision was pushed last, by which repetitions and omissions of the feed are found. */
    static final int MOST_CALLS = 2_000;

    private static final Logger LOG = Logger.getLogger(SinkFollower.class);

    /** Clocks of replicas differ, and a revision is appended to the feed a moment after it was made. */
    private static final Duration TOLERANCE = Duration.ofMinutes(1);

    private static final Duration AFTER_DEFECT = Duration.ofSeconds(5);

    private static final int MOST_READ_ANEW = 100;
    private static final int READ_AT_ONCE = 16;
    private static final Optional<Position> NOT_MOVED = Optional.empty();
    private static final Uni<Void> AT_ONCE = Uni.createFrom().voidItem();

    /** Who runs it. */
    interface Owner {

        /** Another replica runs it. */
        void taken(SinkFollower follower);
    }

    /**
     * What all of them share.
     *
     * @param executor where they run: not on the thread on which a revision was made
     */
    record Dependencies(
            SubscriptionRunner.Dependencies push, AccountFeed feed, CallDirectory directory, Executor executor) {}

    /** A call, and what is to be delivered of it. */
    private final class FollowedCall implements CallQueue.Listener {

        private final CallGuid guid;
        private final CallQueue queue = new CallQueue(this);

        /** Of the last event that was accepted or passed over. */
        private long revision;

        private int pending;

        private FollowedCall(CallGuid guid) {
            this.guid = guid;
        }

        private CallProgress progress() {
            return new CallProgress(revision, false);
        }

        @Override
        public void attempted(AttemptResult result) {
            // The queue counts attempts.
        }

        @Override
        public void done(CallQueue callQueue, Delivery delivery, boolean delivered) {
            SinkFollower.this.done(this, delivery, delivered);
        }

        @Override
        public void gone(Deque<Delivery> removed) {
            SinkFollower.this.gone(removed);
        }
    }

    private record Accepted(FollowedCall call, StoredEvent event) {}

    private final String id;
    private final Run run;
    private final Account account;
    private final Sink sink;
    private final Sink.Follow follow;
    private final SinkQueue queue;
    private final Dependencies dependencies;
    private final SubscriptionRunner.Dependencies push;
    private final Owner owner;
    private final SubscriptionJournal journal;
    private final MissedEvents missedEvents;

    /** Those that changed longest ago come first. */
    private final Map<CallGuid, FollowedCall> calls = new LinkedHashMap<>();

    /** What is not delivered yet, by the identifiers of the events. */
    private final Map<String, StoredEvent> pending = new LinkedHashMap<>();

    private Optional<Position> position;
    private long nextNumber;
    private Cancellable feed = () -> {};
    private Optional<UniEmitter<? super Void>> waiting = Optional.empty();
    private boolean suspended;
    private boolean stopped;

    /**
     * Does nothing before {@link #begin}.
     *
     * @param id under which it is kept
     * @param run in which this replica has it
     * @param sink one that follows
     * @param stored how far it has come
     */
    SinkFollower(
            String id,
            Run run,
            Account account,
            Sink sink,
            StoredFollow stored,
            Dependencies dependencies,
            Owner owner) {
        this.id = id;
        this.run = run;
        this.account = account;
        this.sink = sink;
        this.follow = sink.follow().orElseThrow();
        this.dependencies = dependencies;
        this.push = dependencies.push();
        this.queue = push.queues().acquire(sink);
        this.owner = owner;
        this.journal = new SubscriptionJournal(
                id, run, push.store(), push.lease(), push.delay(), () -> owner.taken(this), this::recreate);
        this.missedEvents = new MissedEvents(account, push.feed(), dependencies.directory(), push.delay());
        this.position = stored.position();
        stored.calls().entrySet().stream()
                .sorted(Map.Entry.comparingByValue((one, other) -> Long.compare(one.revision(), other.revision())))
                .forEach(known ->
                        call(known.getKey()).revision = known.getValue().revision());
        stored.events().forEach(event -> {
            pending.put(event.event().id(), event);
            call(event).pending++;
        });
        nextNumber =
                stored.events().stream().mapToLong(StoredEvent::number).max().orElse(-1) + 1;
    }

    private FollowedCall call(CallGuid guid) {
        return calls.computeIfAbsent(guid, FollowedCall::new);
    }

    private FollowedCall call(StoredEvent event) {
        return call(event.call().orElseThrow());
    }

    String id() {
        return id;
    }

    /** In which this replica has it. */
    Run run() {
        return run;
    }

    /** Delivers what is left of before, and follows the account. */
    void begin() {
        List<Accepted> left = new ArrayList<>();
        synchronized (this) {
            pending.values().forEach(event -> left.add(new Accepted(call(event), event)));
        }
        left.forEach(this::add);
        Cancellable running = room().chain(this::start)
                .onItem()
                .transformToMulti(from -> dependencies.feed().followShared(account, from))
                .onItem()
                .transformToUniAndConcatenate(this::take)
                .onFailure()
                .invoke(defect ->
                        LOG.errorf(defect, "Sink %s no longer follows account %s", sink.name(), account.key()))
                .onFailure()
                .retry()
                .when(failures -> failures.onItem()
                        .transformToUniAndConcatenate(
                                failure -> push.delay().of(AFTER_DEFECT).replaceWith(true)))
                .subscribe()
                .with(taken -> {});
        boolean late;
        synchronized (this) {
            feed = running;
            late = suspended;
        }
        if (late) {
            running.cancel();
        }
    }

    /** From where to read on. */
    private Uni<String> start() {
        Optional<String> known;
        synchronized (this) {
            known = position.map(Position::after);
        }
        return known.map(after -> Uni.createFrom().item(after))
                .orElseGet(() -> dependencies.feed().sharedPosition(account).call(this::startedAt));
    }

    /**
     * What changed a moment ago counts too: the position may have been lost together with the store and the replica that ran it. Then
     * nobody knows which revisions the sink has. It gets one that is later than all of them.
     */
    private Uni<Void> startedAt(String first) {
        Position begin = new Position(first, push.wallClock().now());
        return missedEvents
                .callsSince(begin.at().minus(TOLERANCE))
                .select()
                .first(MOST_READ_ANEW)
                .onItem()
                .transformToUni(status -> missedEvents.anew(status, begin.at()))
                .merge(READ_AT_ONCE)
                .onItem()
                .transformToUniAndConcatenate(event -> accept(List.of(event), NOT_MOVED))
                .onItem()
                .ignoreAsUni()
                .invoke(() -> movedTo(begin));
    }

    private Uni<Void> take(AccountFeed.Item item) {
        Uni<Void> taken = item instanceof AccountFeed.Item.Revision revision
                ? missed(revision.event())
                        .chain(events ->
                                accept(events, Optional.of(new Position(revision.position(), at(revision.event())))))
                : repair(item.position());
        return AT_ONCE.emitOn(dependencies.executor()).chain(() -> taken);
    }

    /** A revision is the time of the observation in milliseconds, or a little more. */
    private Instant at(CallEvent event) {
        Instant now = push.wallClock().now();
        Instant made = Instant.ofEpochMilli(event.call().revision());
        return made.isBefore(now) ? made : now;
    }

    /** The event, unless it is known, after those that came before it and that the feed did not have, or has later. */
    private Uni<List<CallEvent>> missed(CallEvent event) {
        return Uni.createFrom().deferred(() -> {
            CallGuid guid = new CallGuid(event.call().id());
            long revision = event.call().revision();
            long known = revision(guid);
            if (revision <= known) {
                return Uni.createFrom().item(List.<CallEvent>of());
            }
            boolean follows = event.previous().orElse(known) == known;
            if (known == 0 || follows) {
                return Uni.createFrom().item(List.of(event));
            }
            return missedEvents
                    .after(guid, known)
                    .map(history -> Stream.concat(
                                    history.stream()
                                            .filter(earlier -> earlier.call().revision() < revision),
                                    Stream.of(event))
                            .toList());
        });
    }

    private synchronized long revision(CallGuid guid) {
        return Optional.ofNullable(calls.get(guid)).map(call -> call.revision).orElse(0L);
    }

    /** What was missed is in the list of the calls that are remembered. */
    private Uni<Void> repair(String end) {
        return Uni.createFrom().deferred(() -> {
            push.metrics().followGap();
            Position position = new Position(end, push.wallClock().now());
            Instant since = since();
            LOG.warnf(
                    "Sink %s has missed a part of the feed of account %s: its calls that changed since %s are compared",
                    sink.name(), account.key(), since);
            return compare(since).invoke(() -> movedTo(position));
        });
    }

    private Uni<Void> compare(Instant since) {
        return missedEvents
                .callsSince(since)
                .onItem()
                .transformToUniAndConcatenate(
                        status -> changed(status, since).chain(events -> accept(events, NOT_MOVED)))
                .onItem()
                .ignoreAsUni();
    }

    private synchronized Instant since() {
        return position.map(Position::at).orElseGet(push.wallClock()::now).minus(TOLERANCE);
    }

    private Uni<List<CallEvent>> changed(CallStatus status, Instant since) {
        return missedEvents.after(status, Math.max(revision(new CallGuid(status.id())), since.toEpochMilli() - 1));
    }

    /** Events are kept before they are delivered, together with the position after them. */
    private Uni<Void> accept(List<CallEvent> events, Optional<Position> moved) {
        Map<String, Optional<String>> changes = new LinkedHashMap<>();
        List<Accepted> accepted = new ArrayList<>();
        synchronized (this) {
            if (suspended) {
                return AT_ONCE;
            }
            events.forEach(event -> accept(event, changes, accepted));
            moved.ifPresent(to -> moveTo(to, changes));
        }
        Uni<Void> written = journal.write(changes);
        if (accepted.isEmpty()) {
            written.subscribe().with(done -> {});
            return AT_ONCE;
        }
        return written.chain(() -> {
            accepted.forEach(this::add);
            return room();
        });
    }

    private void movedTo(Position to) {
        Map<String, Optional<String>> changes = new LinkedHashMap<>();
        synchronized (this) {
            moveTo(to, changes);
        }
        journal.write(changes).subscribe().with(written -> {});
    }

    /** Called with the lock of this. */
    private void moveTo(Position to, Map<String, Optional<String>> changes) {
        position = Optional.of(to);
        changes.put(FollowCodec.POSITION, Optional.of(FollowCodec.encode(to)));
    }

    /** Called with the lock of this. */
    private void accept(CallEvent event, Map<String, Optional<String>> changes, List<Accepted> accepted) {
        CallGuid guid = new CallGuid(event.call().id());
        FollowedCall call = call(guid);
        calls.remove(guid);
        calls.put(guid, call);
        call.revision = event.call().revision();
        changes.put(SubscriptionCodec.callField(guid), Optional.of(SubscriptionCodec.encode(call.progress())));
        follow.types().match(event).ifPresent(type -> {
            StoredEvent stored = new StoredEvent(
                    nextNumber++,
                    Optional.of(guid),
                    sink.contentMode(),
                    push.wallClock().now(),
                    push.events().of(event, type, Optional.empty(), follow.numbers()));
            pending.put(stored.event().id(), stored);
            call.pending++;
            changes.put(
                    SubscriptionCodec.eventField(stored.event().id()), Optional.of(SubscriptionCodec.encode(stored)));
            accepted.add(new Accepted(call, stored));
        });
        forgetOldest(changes);
    }

    private void forgetOldest(Map<String, Optional<String>> changes) {
        Iterator<FollowedCall> oldest = calls.values().iterator();
        while (calls.size() > MOST_CALLS && oldest.hasNext()) {
            FollowedCall call = oldest.next();
            if (call.pending == 0) {
                oldest.remove();
                changes.put(SubscriptionCodec.callField(call.guid), Optional.empty());
            }
        }
    }

    private void add(Accepted accepted) {
        int weight = accepted.event().event().weight();
        push.memory().take(weight);
        if (!queue.add(accepted.call().queue, push.delivery(accepted.event()))) {
            push.memory().release(weight);
        }
    }

    private Uni<Void> room() {
        return hasRoom()
                ? AT_ONCE
                : Uni.createFrom().emitter(emitter -> {
                    synchronized (this) {
                        waiting = Optional.of(emitter);
                    }
                    letIn();
                });
    }

    private synchronized boolean hasRoom() {
        return pending.size() < (push.memory().isFull() ? MOST_PENDING_WITHOUT_MEMORY : MOST_PENDING);
    }

    private void letIn() {
        Optional<UniEmitter<? super Void>> next = Optional.empty();
        synchronized (this) {
            if (hasRoom()) {
                next = waiting;
                waiting = Optional.empty();
            }
        }
        next.ifPresent(emitter -> emitter.complete(null));
    }

    private void done(FollowedCall call, Delivery delivery, boolean delivered) {
        String event = delivery.event().id();
        push.memory().release(delivery.event().weight());
        synchronized (this) {
            if (suspended) {
                return;
            }
            pending.remove(event);
            call.pending--;
        }
        journal.write(Map.of(SubscriptionCodec.eventField(event), Optional.empty()))
                .subscribe()
                .with(written -> {});
        if (!delivered) {
            push.metrics().undelivered(1);
            LOG.warnf(
                    "Event %s was given up after %d attempt(s) to deliver it to %s, which follows account %s",
                    event, delivery.attempts(), sink.name(), account.key());
        }
        letIn();
    }

    /** What is kept stays: the sink may be there again when a process starts. */
    private void gone(Deque<Delivery> removed) {
        removed.forEach(delivery -> push.memory().release(delivery.event().weight()));
        synchronized (this) {
            stopped = true;
        }
        LOG.warnf(
                "Sink %s answered 410: it gets no more events of account %s until this process starts again",
                sink.name(), account.key());
        suspend();
    }

    /** Finds out whether this replica still runs it. */
    void check() {
        Map<String, Optional<String>> changes;
        synchronized (this) {
            changes = position.<Map<String, Optional<String>>>map(
                            now -> Map.of(FollowCodec.POSITION, Optional.of(FollowCodec.encode(now))))
                    .orElseGet(Map::of);
        }
        journal.write(changes).subscribe().with(written -> {});
    }

    /**
     * The store has lost it. Where another replica may have run it meanwhile, that one may have delivered more: it is begun anew with
     * what was kept.
     */
    private void recreate(SubscriptionJournal.Lost lost) {
        Map<String, String> fields;
        synchronized (this) {
            fields = FollowCodec.encode(
                    lost.isSole()
                            ? stored()
                            : new StoredFollow(Optional.empty(), Map.of(), lost.written(pending.values())));
        }
        if (!lost.isSole()) {
            owner.taken(this);
        }
        journal.restore(() -> push.store().claim(id, run, fields));
    }

    private StoredFollow stored() {
        Map<CallGuid, CallProgress> known = new LinkedHashMap<>();
        calls.forEach((guid, call) -> known.put(guid, call.progress()));
        return new StoredFollow(position, known, List.copyOf(pending.values()));
    }

    /** Another replica runs it, or will: nothing more is done here. */
    void suspend() {
        Cancellable running;
        List<CallQueue> queues = new ArrayList<>();
        synchronized (this) {
            if (suspended) {
                return;
            }
            suspended = true;
            running = feed;
            calls.values().forEach(call -> queues.add(call.queue));
        }
        running.cancel();
        journal.close();
        queues.forEach(callQueue -> queue.close(callQueue)
                .forEach(delivery -> push.memory().release(delivery.event().weight())));
        push.queues().release(sink);
    }

    /** How many events are not delivered yet. */
    synchronized int pending() {
        return pending.size();
    }

    /** Whether its sink wants no more. */
    synchronized boolean isStopped() {
        return stopped;
    }
}
