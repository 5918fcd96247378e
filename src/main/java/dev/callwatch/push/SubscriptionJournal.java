package dev.callwatch.push;

import dev.callwatch.push.StoredSubscription.StoredEvent;
import dev.callwatch.time.Delay;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Writes the changes of one subscription to the store, in their order and as long as it takes. Changes that come while one is
 * written are written together. Safe for concurrent use.
 */
final class SubscriptionJournal {

    private static final Logger LOG = Logger.getLogger(SubscriptionJournal.class);

    private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(500);

    private final String id;
    private final Run run;
    private final SubscriptionStore store;
    private final Delay delay;
    private final RunLease lease;
    private final Runnable onTaken;
    private final Consumer<Lost> onLost;

    /** The lapses of the lease when the store had it last. */
    private long lapses;

    private Map<String, Optional<String>> changes = new LinkedHashMap<>();
    private List<UniEmitter<? super Void>> waiting = new ArrayList<>();
    private boolean writing;
    private boolean closed;

    /**
     * What is known where the store has lost the subscription.
     *
     * @param isSole whether no other replica can have run it since the store had it
     * @param unwritten the names of fields that the store never had as they are now
     */
    record Lost(boolean isSole, Set<String> unwritten) {

        /** Those that the store had. */
        List<StoredEvent> written(Collection<StoredEvent> events) {
            return events.stream()
                    .filter(event -> !unwritten.contains(
                            SubscriptionCodec.eventField(event.event().id())))
                    .toList();
        }
    }

    /**
     * A journal without changes.
     *
     * @param run in which this replica has it
     * @param lease of this replica
     * @param onTaken called where the store does not keep a change because another replica runs the subscription
     * @param onLost called where the store does not keep a change because it no longer has the subscription
     */
    SubscriptionJournal(
            String id,
            Run run,
            SubscriptionStore store,
            RunLease lease,
            Delay delay,
            Runnable onTaken,
            Consumer<Lost> onLost) {
        this.id = id;
        this.run = run;
        this.store = store;
        this.lease = lease;
        this.delay = delay;
        this.onTaken = onTaken;
        this.onLost = onLost;
        lapses = lease.lapses();
    }

    /**
     * Writes fields; an empty value removes one.
     *
     * @return completes once they are written, or will not be
     */
    Uni<Void> write(Map<String, Optional<String>> fields) {
        if (!store.isDurable()) {
            return Uni.createFrom().voidItem();
        }
        return Uni.createFrom().emitter(emitter -> {
            synchronized (this) {
                changes.putAll(fields);
                waiting.add(emitter);
            }
            flush();
        });
    }

    /**
     * Writes the whole subscription again, which the store has lost. Where that fails, the next change finds out; there is none once
     * this is closed, so then it is tried again until it succeeds.
     */
    void restore(Supplier<Uni<?>> write) {
        Uni.createFrom().deferred(write::get).subscribe().with(written -> {}, unavailable -> {
            LOG.debugf("Subscription %s is not kept yet", id);
            if (isClosed()) {
                delay.of(BETWEEN_ATTEMPTS).subscribe().with(passed -> restore(write));
            }
        });
    }

    /** Writes no more changes. */
    void close() {
        List<UniEmitter<? super Void>> done;
        synchronized (this) {
            closed = true;
            changes.clear();
            done = waiting;
            waiting = new ArrayList<>();
        }
        done.forEach(emitter -> emitter.complete(null));
    }

    private void flush() {
        Map<String, Optional<String>> batch;
        List<UniEmitter<? super Void>> done;
        synchronized (this) {
            if (writing || waiting.isEmpty()) {
                return;
            }
            writing = !closed;
            batch = changes;
            changes = new LinkedHashMap<>();
            done = waiting;
            waiting = new ArrayList<>();
        }
        Uni<SubscriptionStore.Saved> written =
                isClosed() ? Uni.createFrom().item(SubscriptionStore.Saved.KEPT) : attempt(batch);
        written.subscribe().with(saved -> {
            synchronized (this) {
                writing = false;
            }
            if (!isClosed()) {
                report(saved, batch);
            }
            done.forEach(emitter -> emitter.complete(null));
            flush();
        });
    }

    private void report(SubscriptionStore.Saved saved, Map<String, Optional<String>> batch) {
        switch (saved) {
            case TAKEN -> onTaken.run();
            case UNKNOWN -> onLost.accept(lost(batch));
            case KEPT -> confirmed();
        }
    }

    private synchronized void confirmed() {
        if (lease.isHeld()) {
            lapses = lease.lapses();
        }
    }

    private synchronized Lost lost(Map<String, Optional<String>> batch) {
        Set<String> unwritten = new HashSet<>(batch.keySet());
        unwritten.addAll(changes.keySet());
        return new Lost(lapses == lease.lapses(), unwritten);
    }

    private Uni<SubscriptionStore.Saved> attempt(Map<String, Optional<String>> batch) {
        Map<String, String> set = new LinkedHashMap<>();
        List<String> removed = new ArrayList<>();
        batch.forEach((name, value) -> value.ifPresentOrElse(text -> set.put(name, text), () -> removed.add(name)));
        return Uni.createFrom()
                .deferred(() -> store.save(id, run, set, removed))
                .onFailure()
                .recoverWithUni(unavailable -> isClosed()
                        ? Uni.createFrom().item(SubscriptionStore.Saved.KEPT)
                        : delay.of(BETWEEN_ATTEMPTS).chain(() -> attempt(batch)));
    }

    private synchronized boolean isClosed() {
        return closed;
    }
}
