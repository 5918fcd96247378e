package dev.callwatch.push;

import dev.callwatch.call.CallGuid;
import dev.callwatch.push.StoredFollow.Position;
import dev.callwatch.push.StoredSubscription.CallProgress;
import dev.callwatch.push.StoredSubscription.StoredEvent;
import dev.callwatch.time.WallClock;
import dev.callwatch.watch.CallEvent;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How far an account is pushed to a sink: the position in its feed, the last revision of each call, and what is not delivered yet. Each
 * change goes into the journal before the next one is made; who makes it has the journal write it. Safe for concurrent use.
 */
final class FollowLedger {

    /** Of how many calls the last revision that was pushed is known. By it, repetitions and omissions of the feed are found. */
    static final int MOST_CALLS = 2_000;

    /** A call, and how many of its events are not delivered yet. */
    private static final class KnownCall {

        private final CallQueue queue;

        /** Of the last event that was accepted or passed over. */
        private long revision;

        private int pending;

        private KnownCall(CallQueue queue) {
            this.queue = queue;
        }

        private CallProgress progress() {
            return new CallProgress(revision, false);
        }
    }

    /** What is to be delivered. */
    record Accepted(CallQueue queue, StoredEvent event) {}

    private final SubscriptionJournal journal;
    private final Sink sink;
    private final Sink.Follow follow;
    private final PushEvents events;
    private final WallClock wallClock;
    private final CallQueue.Listener listener;

    /** Those that changed longest ago come first. */
    private final Map<CallGuid, KnownCall> calls = new LinkedHashMap<>();

    private final Outbox outbox;
    private Optional<Position> position;
    private boolean suspended;

    /**
     * @param stored how far it has come
     * @param listener of the queues of calls
     */
    FollowLedger(
            StoredFollow stored,
            SubscriptionJournal journal,
            Sink sink,
            PushEvents events,
            WallClock wallClock,
            CallQueue.Listener listener) {
        this.journal = journal;
        this.sink = sink;
        this.follow = sink.follow().orElseThrow();
        this.events = events;
        this.wallClock = wallClock;
        this.listener = listener;
        position = stored.position();
        stored.calls().entrySet().stream()
                .sorted(Map.Entry.comparingByValue((one, other) -> Long.compare(one.revision(), other.revision())))
                .forEach(known ->
                        call(known.getKey()).revision = known.getValue().revision());
        outbox = new Outbox(stored.events());
        stored.events().forEach(event -> call(event).pending++);
    }

    private KnownCall call(CallGuid guid) {
        return calls.computeIfAbsent(guid, absent -> new KnownCall(new CallQueue(listener)));
    }

    private KnownCall call(StoredEvent event) {
        return call(event.call().orElseThrow());
    }

    /** What is not delivered yet, in its order. */
    synchronized List<Accepted> undelivered() {
        return outbox.events().stream()
                .map(event -> new Accepted(call(event).queue, event))
                .toList();
    }

    /** Up to where the feed was taken; empty before it is followed for the first time. */
    synchronized Optional<Position> position() {
        return position;
    }

    /** The last revision of a call that was accepted or passed over; 0 where none is known. */
    synchronized long revision(CallGuid guid) {
        return Optional.ofNullable(calls.get(guid)).map(call -> call.revision).orElse(0L);
    }

    /**
     * Takes events, together with the position after them.
     *
     * @param moved the position, where it has changed
     * @return those that the sink gets
     */
    synchronized List<Accepted> accept(List<CallEvent> all, Optional<Position> moved) {
        if (suspended) {
            return List.of();
        }
        FieldChanges changes = journal.changes();
        List<Accepted> accepted = new ArrayList<>();
        all.forEach(event -> accept(event, changes).ifPresent(accepted::add));
        moved.ifPresent(to -> {
            position = Optional.of(to);
            changes.set(FollowCodec.POSITION, () -> FollowCodec.encode(to));
        });
        journal.add(changes);
        return accepted;
    }

    private Optional<Accepted> accept(CallEvent event, FieldChanges changes) {
        CallGuid guid = new CallGuid(event.call().id());
        KnownCall call = call(guid);
        calls.remove(guid);
        calls.put(guid, call);
        call.revision = event.call().revision();
        changes.set(SubscriptionCodec.callField(guid), () -> SubscriptionCodec.encode(call.progress()));
        Optional<Accepted> accepted = follow.types().match(event).map(type -> {
            PushEvent pushed = events.of(event, type, Optional.empty(), follow.numbers());
            call.pending++;
            return new Accepted(
                    call.queue, outbox.add(Optional.of(guid), sink.contentMode(), wallClock.now(), pushed, changes));
        });
        forgetOldest(changes);
        return accepted;
    }

    private void forgetOldest(FieldChanges changes) {
        Iterator<Map.Entry<CallGuid, KnownCall>> oldest = calls.entrySet().iterator();
        while (calls.size() > MOST_CALLS && oldest.hasNext()) {
            Map.Entry<CallGuid, KnownCall> call = oldest.next();
            if (call.getValue().pending == 0) {
                oldest.remove();
                changes.remove(SubscriptionCodec.callField(call.getKey()));
            }
        }
    }

    /**
     * An event has left its queue.
     *
     * @return whether that counts: not where another replica delivers it
     */
    synchronized boolean done(String event) {
        if (suspended) {
            return false;
        }
        FieldChanges changes = journal.changes();
        outbox.remove(event, changes).ifPresent(removed -> call(removed).pending--);
        journal.add(changes);
        return true;
    }

    /**
     * What the store is to have again that has lost it. Where another replica may have run it meanwhile, that one may have delivered
     * more: it is begun again with what was kept.
     */
    synchronized StoredFollow stored(SubscriptionJournal.Lost lost) {
        if (!lost.isSole()) {
            return new StoredFollow(Optional.empty(), Map.of(), lost.written(outbox.events()));
        }
        Map<CallGuid, CallProgress> known = new LinkedHashMap<>();
        calls.forEach((guid, call) -> known.put(guid, call.progress()));
        return new StoredFollow(position, known, outbox.events());
    }

    /**
     * Changes no more: another replica runs it.
     *
     * @return whether it did before
     */
    synchronized boolean suspend() {
        boolean first = !suspended;
        suspended = true;
        return first;
    }

    /** The queues of all calls that are known. */
    synchronized List<CallQueue> queues() {
        return calls.values().stream().map(call -> call.queue).toList();
    }

    /** How many events are not delivered yet. */
    synchronized int pending() {
        return outbox.size();
    }
}
