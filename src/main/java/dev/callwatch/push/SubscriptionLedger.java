package dev.callwatch.push;

import dev.callwatch.call.CallGuid;
import dev.callwatch.push.StoredSubscription.CallProgress;
import dev.callwatch.push.StoredSubscription.StoredEvent;
import dev.callwatch.time.WallClock;
import dev.callwatch.watch.CallEvent;
import dev.callwatch.watch.EventType;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is known of one subscription: how far it has come with each call, what is not delivered yet, and how it ended. Each change goes
 * into the journal before the next one is made; who makes it has the journal write it. Safe for concurrent use.
 */
final class SubscriptionLedger {

    /** What became of an event of a call. */
    enum Acceptance {
        /** It is known, or the subscription takes no more. */
        IGNORED,
        /** The subscription does not want it. */
        PASSED_OVER,
        /** It is to be delivered. */
        ACCEPTED,
        /** It is to be delivered, and is the last that the subscription asked for. */
        LAST_ACCEPTED
    }

    /** @param event what is to be delivered, if anything */
    record Accepted(Acceptance acceptance, Optional<StoredEvent> event) {

        private static final Accepted IGNORED = new Accepted(Acceptance.IGNORED, Optional.empty());
        private static final Accepted PASSED_OVER = new Accepted(Acceptance.PASSED_OVER, Optional.empty());
    }

    /** What became of a delivery. */
    enum Outcome {
        /** This replica no longer runs the subscription. */
        IGNORED,
        /** The sink has it. */
        DELIVERED,
        /** Nobody wants it any more. */
        DROPPED,
        /** It is given up. */
        GIVEN_UP
    }

    private final Subscription subscription;
    private final SubscriptionJournal journal;
    private final ContentMode mode;
    private final boolean numbers;
    private final PushEvents events;
    private final WallClock wallClock;

    /** Of which an event was seen, or nothing more is to come. */
    private final Map<CallGuid, CallProgress> calls;

    private final Outbox outbox;
    private boolean suspended;
    private Optional<TerminationReason> ended;
    private boolean lastSent;
    private boolean finished;
    private int accepted;
    private long delivered;
    private long failed;
    private Optional<Instant> lastAttemptAt;
    private Optional<String> lastAnswer;

    /**
     * @param stored how far the subscription has come
     * @param sinkMode how events are sent to its sink unless it says otherwise
     * @param numbers whether its caller may see telephone numbers
     */
    SubscriptionLedger(
            StoredSubscription stored,
            SubscriptionJournal journal,
            ContentMode sinkMode,
            boolean numbers,
            PushEvents events,
            WallClock wallClock) {
        this.subscription = stored.subscription();
        this.journal = journal;
        this.mode = subscription.contentMode().orElse(sinkMode);
        this.numbers = numbers;
        this.events = events;
        this.wallClock = wallClock;
        calls = new LinkedHashMap<>(subscription.calls().size());
        stored.calls().forEach((guid, known) -> {
            if (subscription.calls().contains(guid)) {
                calls.put(guid, known);
            }
        });
        outbox = new Outbox(stored.events());
        Progress progress = stored.progress();
        ended = progress.ended();
        lastSent = progress.lastSent();
        finished = progress.finished();
        accepted = progress.accepted();
        delivered = progress.delivered();
        failed = progress.failed();
        lastAttemptAt = progress.lastAttemptAt();
        lastAnswer = progress.lastAnswer();
    }

    /** What is not delivered yet, in its order. */
    synchronized List<StoredEvent> undelivered() {
        return outbox.events();
    }

    /** The last revision of a call that was accepted or passed over; empty where none was. */
    synchronized OptionalLong revision(CallGuid guid) {
        CallProgress known = calls.get(guid);
        return known == null ? OptionalLong.empty() : OptionalLong.of(known.revision());
    }

    /** Whether nothing more is to come of a call. */
    synchronized boolean isSettled(CallGuid guid) {
        return Optional.ofNullable(calls.get(guid))
                .filter(CallProgress::settled)
                .isPresent();
    }

    /** Takes an event of a call. */
    synchronized Accepted accept(CallGuid guid, CallEvent event) {
        if (ended.isPresent() || suspended || !isNew(guid, event)) {
            return Accepted.IGNORED;
        }
        // Before anything changes: where this fails, the same event comes again.
        Optional<PushEvent> pushed =
                type(guid, event).map(type -> events.of(event, type, subscription.traceparent(), numbers));
        FieldChanges changes = journal.changes();
        put(guid, new CallProgress(event.call().revision(), isSettled(guid)), changes);
        if (pushed.isEmpty()) {
            journal.add(changes);
            return Accepted.PASSED_OVER;
        }
        StoredEvent stored = outbox.add(Optional.of(guid), mode, wallClock.now(), pushed.get(), changes);
        accepted++;
        putProgress(changes);
        journal.add(changes);
        boolean usedUp = subscription.maxEvents().orElse(Integer.MAX_VALUE) <= accepted;
        return new Accepted(usedUp ? Acceptance.LAST_ACCEPTED : Acceptance.ACCEPTED, Optional.of(stored));
    }

    /** After a problem a revision is confirmed; to lose a call is no revision. */
    private boolean isNew(CallGuid guid, CallEvent event) {
        long known = revision(guid).orElse(0);
        long revision = event.call().revision();
        return revision > known || revision == known && event.type() == EventType.LOST;
    }

    private Optional<EventType> type(CallGuid guid, CallEvent event) {
        boolean initial = !calls.containsKey(guid) && event.type() == EventType.OBSERVED;
        if (initial) {
            return Optional.of(event.type()).filter(type -> subscription.initialEvent());
        }
        return subscription.types().match(event);
    }

    private void put(CallGuid guid, CallProgress progress, FieldChanges changes) {
        calls.put(guid, progress);
        changes.set(SubscriptionCodec.callField(guid), () -> SubscriptionCodec.encode(progress));
    }

    private void putProgress(FieldChanges changes) {
        changes.set(SubscriptionCodec.PROGRESS, () -> SubscriptionCodec.encode(progress()));
    }

    private void addProgress() {
        FieldChanges changes = journal.changes();
        putProgress(changes);
        journal.add(changes);
    }

    private Progress progress() {
        return new Progress(ended, lastSent, finished, accepted, delivered, failed, lastAttemptAt, lastAnswer);
    }

    /**
     * Nothing more is to come of a call.
     *
     * @return whether the same is true of all others
     */
    synchronized boolean settled(CallGuid guid) {
        FieldChanges changes = journal.changes();
        put(guid, new CallProgress(revision(guid).orElse(0), true), changes);
        journal.add(changes);
        return subscription.calls().stream().allMatch(this::isSettled);
    }

    /**
     * Takes no more events.
     *
     * @return whether it did before
     */
    synchronized boolean end(TerminationReason reason) {
        if (ended.isPresent() || suspended) {
            return false;
        }
        ended = Optional.of(reason);
        addProgress();
        return true;
    }

    /** Its sink wants no more. That is why it ended, also where it had ended for another reason before. */
    synchronized void gone() {
        ended = Optional.of(TerminationReason.SINK_GONE);
        addProgress();
    }

    /**
     * Changes no more: another replica runs the subscription.
     *
     * @return whether it did before
     */
    synchronized boolean suspend() {
        boolean first = !suspended;
        suspended = true;
        return first;
    }

    /** An attempt to deliver an event was made. That it succeeded shows in the outcome. */
    synchronized void attempted(AttemptResult result) {
        lastAttemptAt = Optional.of(wallClock.now());
        lastAnswer = Optional.of(result.answer());
        if (!(result instanceof AttemptResult.Delivered)) {
            addProgress();
        }
    }

    /**
     * An event has left its queue.
     *
     * @param isDelivered whether the sink accepted it
     * @param isLast whether it is the event about the end
     */
    synchronized Outcome done(Delivery delivery, boolean isDelivered, boolean isLast) {
        if (suspended) {
            return Outcome.IGNORED;
        }
        boolean dropped = ended.filter(reason -> !reason.keepsEvents()).isPresent() && !isLast;
        if (isDelivered) {
            delivered++;
        } else if (!dropped) {
            failed++;
        }
        FieldChanges changes = journal.changes();
        outbox.remove(delivery.event().id(), changes);
        putProgress(changes);
        journal.add(changes);
        if (isDelivered) {
            return Outcome.DELIVERED;
        }
        return dropped ? Outcome.DROPPED : Outcome.GIVEN_UP;
    }

    /** Events will not be delivered. */
    synchronized void drop(Collection<String> ids) {
        FieldChanges changes = journal.changes();
        ids.forEach(id -> outbox.remove(id, changes));
        journal.add(changes);
    }

    /** The event about the end, once everything before it is delivered; only once, and not where none is sent. */
    synchronized Optional<StoredEvent> last() {
        if (!isDelivered() || lastSent || !ended.get().isSent()) {
            return Optional.empty();
        }
        lastSent = true;
        Instant now = wallClock.now();
        FieldChanges changes = journal.changes();
        PushEvent event = events.ended(subscription, ended.get(), now);
        StoredEvent last = outbox.add(Optional.empty(), mode, now, event, changes);
        putProgress(changes);
        journal.add(changes);
        return Optional.of(last);
    }

    /**
     * Finishes it where nothing is left to deliver.
     *
     * @return whether this finished it
     */
    synchronized boolean finish() {
        if (!isDelivered() || ended.get().isSent() && !lastSent) {
            return false;
        }
        finished = true;
        addProgress();
        return true;
    }

    private boolean isDelivered() {
        return ended.isPresent() && !finished && !suspended && outbox.isEmpty();
    }

    /**
     * What the store is to have again that has lost it; nothing where it is over. Where another replica may have run it meanwhile, that
     * one may have delivered more: each call is read again then, so that what follows is later.
     */
    synchronized Optional<StoredSubscription> stored(SubscriptionJournal.Lost lost) {
        if (finished) {
            return Optional.empty();
        }
        return Optional.of(
                lost.isSole()
                        ? new StoredSubscription(subscription, progress(), Map.copyOf(calls), outbox.events())
                        : storedAnew(lost));
    }

    /** No revision of before now follows; what was accepted and never kept may be older than what another replica has delivered. */
    private StoredSubscription storedAnew(SubscriptionJournal.Lost lost) {
        long later = wallClock.now().toEpochMilli() + 1;
        Map<CallGuid, CallProgress> known = new LinkedHashMap<>();
        calls.forEach((guid, call) ->
                known.put(guid, call.settled() ? call : new CallProgress(Math.max(call.revision(), later), false)));
        return new StoredSubscription(subscription, progress(), known, lost.written(outbox.events()));
    }

    /** @param nextAttemptAt the time of day */
    synchronized SubscriptionStatus status(Optional<Instant> nextAttemptAt) {
        return new SubscriptionStatus(
                subscription,
                ended.map(TerminationReason::state).orElse(SubscriptionState.ACTIVE),
                ended,
                new Deliveries(outbox.size(), delivered, failed, lastAttemptAt, lastAnswer, nextAttemptAt));
    }

    /** How many events are not delivered yet. */
    synchronized int pending() {
        return outbox.size();
    }

    /** Whether it has ended and nothing is left to deliver. */
    synchronized boolean isFinished() {
        return finished;
    }

    /** Whether it takes events. */
    synchronized boolean isActive() {
        return ended.isEmpty();
    }
}
