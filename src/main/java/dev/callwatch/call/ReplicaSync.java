package dev.callwatch.call;

import dev.callwatch.time.Delay;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

/**
 * Merges what is cached here of calls with what the other replicas know: of one call when somebody needs it or another replica has
 * published a revision, and of all calls after an outage. Vonage is not asked.
 */
@Singleton
class ReplicaSync {

    private static final Logger LOG = Logger.getLogger(ReplicaSync.class);

    /** How many calls are compared at the same time after an outage: few, since look-ups go first. */
    private static final int CONCURRENT_COMPARISONS = 4;

    private static final Duration BETWEEN_COMPARISONS = Duration.ofSeconds(1);

    private final Coordination coordination;
    private final CallCache cache;
    private final CallUpdates updates;
    private final Delay delay;
    private final AtomicReference<Cancellable> comparison = new AtomicReference<>(() -> {});

    ReplicaSync(Coordination coordination, CallCache cache, CallUpdates updates, Delay delay) {
        this.coordination = coordination;
        this.cache = cache;
        this.updates = updates;
        this.delay = delay;
    }

    /** Merges what is cached of a call with what any replica knows. */
    Uni<CachedCall> sync(CallKey key) {
        return sync(coordination, key);
    }

    /** The same with a snapshot instead of what is cached. */
    Uni<CachedCall> sync(CallKey key, Snapshot known) {
        return coordination.sync(key, known).map(update -> updates.applyRemote(key, update));
    }

    /** The last revisions of a call that any replica keeps, the oldest first. */
    Uni<List<CallStatus>> history(CallKey key) {
        return history(coordination, key);
    }

    /** Like {@link #history}, but it fails where it cannot be read now what all replicas keep. */
    Uni<List<CallStatus>> sharedHistory(CallKey key) {
        return history(coordination.shared(), key);
    }

    private Uni<List<CallStatus>> history(SharedCalls shared, CallKey key) {
        return sync(shared, key)
                .chain(() -> shared.history(key))
                .map(history -> updates.applyHistory(key, history).history());
    }

    /** Another replica has published a new revision: where the call is cached here, it is fetched at once. */
    void changedElsewhere(@Observes RemoteRevision remote) {
        Snapshot known = cache.get(remote.key()).snapshot();
        if (known.isCacheable() && known.revision() < remote.revision()) {
            sync(remote.key()).subscribe().with(applied -> {}, ReplicaSync::defect);
        }
    }

    /** Compares what is cached here with what the others know. */
    void reconnected(@Observes ReplicasReconnected reconnected) {
        Cancellable syncs = Multi.createFrom()
                .iterable(List.copyOf(cache.keys()))
                .onItem()
                .transformToUni(this::compare)
                .merge(CONCURRENT_COMPARISONS)
                .subscribe()
                .with(applied -> {}, ReplicaSync::defect);
        // A comparison that was running starts again from the beginning.
        comparison.getAndSet(syncs).cancel();
    }

    /** A call that is not compared now may be missing elsewhere until it changes again. */
    private Uni<CachedCall> compare(CallKey key) {
        return sync(coordination.shared(), key)
                .onFailure(SharedUnavailable::isUnreadable)
                .recoverWithItem(() -> cache.get(key))
                .onFailure()
                .recoverWithUni(unavailable -> delay.of(BETWEEN_COMPARISONS).chain(() -> compare(key)));
    }

    private static void defect(Throwable defect) {
        LOG.error("A call could not be compared with what the other replicas know", defect);
    }

    private Uni<CachedCall> sync(SharedCalls shared, CallKey key) {
        return Uni.createFrom()
                .deferred(() -> shared.sync(key, cache.get(key).snapshot()))
                .map(update -> updates.applyRemote(key, update));
    }
}
