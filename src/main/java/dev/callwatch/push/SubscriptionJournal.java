package dev.callwatch.push;

import dev.callwatch.push.StoredSubscription.StoredEvent;
import dev.callwatch.time.Delay;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Writes the changes of one subscription to the store, in their order and as long as it takes. Changes that come while one is
 * written are written together. What the store has lost is written again as a whole. Safe for concurrent use.
 */
final class SubscriptionJournal {

    private static final Logger LOG = Logger.getLogger(SubscriptionJournal.class);

    private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(500);

    private static final Uni<Void> DONE = Uni.createFrom().voidItem();

    private static final Map<String, Optional<String>> NOTHING = Map.of();

    private final String id;
    private final Run run;
    private final SubscriptionStore store;
    private final Delay delay;
    private final RunLease lease;
    private final Runnable onTaken;
    private final Function<Lost, Optional<Supplier<Uni<?>>>> onLost;

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
     * @param isUnwritten whether the store never had a field as it is now, by the name of the field
     */
    record Lost(boolean isSole, Predicate<String> isUnwritten) {

        /** Those that the store had. */
        List<StoredEvent> written(Collection<StoredEvent> events) {
            return events.stream()
                    .filter(event -> !isUnwritten.test(
                            SubscriptionCodec.eventField(event.event().id())))
                    .toList();
        }
    }

    /**
     * A journal without changes.
     *
     * @param run in which this replica has it
     * @param lease of this replica
     * @param onTaken called where another replica runs the subscription, or may have run it since: it ends here, and closes this
     * @param onLost called where the store no longer has the subscription: returns what writes it again as it is at that moment;
     *     nothing where it is to stay lost
     */
    SubscriptionJournal(
            String id,
            Run run,
            SubscriptionStore store,
            RunLease lease,
            Delay delay,
            Runnable onTaken,
            Function<Lost, Optional<Supplier<Uni<?>>>> onLost) {
        this.id = id;
        this.run = run;
        this.store = store;
        this.lease = lease;
        this.delay = delay;
        this.onTaken = onTaken;
        this.onLost = onLost;
        lapses = lease.lapses();
    }

    /** For a change that {@link #add} takes. */
    FieldChanges changes() {
        return new FieldChanges(store.isDurable());
    }

    /**
     * Takes a change, which the next {@link #write} writes. To be called while the lock is held under which the change was made:
     * the store gets changes in the order in which they are taken here.
     */
    synchronized void add(FieldChanges change) {
        if (!closed) {
            changes.putAll(change.fields());
        }
    }

    /**
     * Writes what was taken; where nothing was, it finds out whether the store still has the subscription.
     *
     * @return completes once it is written, or will not be
     */
    Uni<Void> write() {
        if (!store.isDurable()) {
            return DONE;
        }
        return Uni.createFrom().emitter(emitter -> {
            synchronized (this) {
                waiting.add(emitter);
            }
            flush();
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
            writing = true;
            batch = changes;
            changes = new LinkedHashMap<>();
            done = waiting;
            waiting = new ArrayList<>();
        }
        keep(batch).subscribe().with(kept -> {
            synchronized (this) {
                writing = false;
            }
            done.forEach(emitter -> emitter.complete(null));
            flush();
        });
    }

    /** Never fails. */
    private Uni<Void> keep(Map<String, Optional<String>> batch) {
        return Uni.createFrom()
                .deferred(() ->
                        isClosed() ? DONE : save(batch).chain(saved -> isClosed() ? DONE : report(saved, batch)))
                .onFailure()
                .recoverWithUni(unavailable ->
                        isClosed() ? DONE : delay.of(BETWEEN_ATTEMPTS).chain(() -> keep(batch)));
    }

    private Uni<SubscriptionStore.Saved> save(Map<String, Optional<String>> batch) {
        Map<String, String> set = new LinkedHashMap<>();
        List<String> removed = new ArrayList<>();
        batch.forEach((name, value) -> value.ifPresentOrElse(text -> set.put(name, text), () -> removed.add(name)));
        return store.save(id, run, set, removed);
    }

    private Uni<Void> report(SubscriptionStore.Saved saved, Map<String, Optional<String>> batch) {
        return switch (saved) {
            case TAKEN -> {
                onTaken.run();
                yield DONE;
            }
            case UNKNOWN -> restore(batch);
            case KEPT -> {
                confirmed();
                yield DONE;
            }
        };
    }

    private synchronized void confirmed() {
        if (lease.isHeld()) {
            lapses = lease.lapses();
        }
    }

    /** What follows waits until the store has it again. */
    private Uni<Void> restore(Map<String, Optional<String>> batch) {
        Lost lost = new Lost(isSole(), name -> batch.containsKey(name) || isWaiting(name));
        Optional<Supplier<Uni<?>>> restoring = onLost.apply(lost);
        if (restoring.isEmpty()) {
            return DONE;
        }
        if (lost.isSole()) {
            // Another replica may have written it before, in a later run.
            return restoring
                    .get()
                    .get()
                    .chain(() -> save(NOTHING))
                    .chain(saved -> isClosed() ? DONE : report(saved, NOTHING));
        }
        onTaken.run();
        restoreForOthers(restoring.get());
        return DONE;
    }

    /** This replica no longer runs it, so no later change would find out that this has failed. */
    private void restoreForOthers(Supplier<Uni<?>> restoring) {
        Uni.createFrom().deferred(restoring::get).subscribe().with(written -> {}, unavailable -> {
            LOG.debugf("Subscription %s is not kept yet", id);
            delay.of(BETWEEN_ATTEMPTS).subscribe().with(passed -> restoreForOthers(restoring));
        });
    }

    private synchronized boolean isSole() {
        return lapses == lease.lapses();
    }

    private synchronized boolean isWaiting(String name) {
        return changes.containsKey(name);
    }

    private synchronized boolean isClosed() {
        return closed;
    }
}
