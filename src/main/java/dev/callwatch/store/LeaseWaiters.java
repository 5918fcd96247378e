package dev.callwatch.store;

import dev.callwatch.call.CallKey;
import dev.callwatch.call.RemoteRevision;
import dev.callwatch.call.ReplicasReconnected;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;

/** Waits for the replicas that hold leases, and passes on what they publish. */
@Singleton
class LeaseWaiters {

    private final ConcurrentMap<CallKey, CompletableFuture<Optional<ReplicaMessage>>> waits = new ConcurrentHashMap<>();
    private final ReplicaId replica;
    private final Consumer<RemoteRevision> remoteRevisions;

    @Inject
    LeaseWaiters(ReplicaChannel channel, ReplicaId replica, Event<RemoteRevision> remoteRevisions) {
        this(replica, remoteRevisions::fire);
        channel.listen(this::receive);
    }

    LeaseWaiters(ReplicaId replica, Consumer<RemoteRevision> remoteRevisions) {
        this.replica = replica;
        this.remoteRevisions = remoteRevisions;
    }

    /** A wait for one call; this process reads a call once at a time, so there is at most one for each. */
    final class Wait {

        private final CallKey key;
        private final CompletableFuture<Optional<ReplicaMessage>> received;

        private Wait(CallKey key, CompletableFuture<Optional<ReplicaMessage>> received) {
            this.key = key;
            this.received = received;
        }

        /** The first message about the call since it was expected; empty where none can be received any more. */
        Uni<Optional<ReplicaMessage>> message() {
            return Uni.createFrom().completionStage(received);
        }

        /** Ends the wait; once more does nothing. */
        void end() {
            waits.remove(key, received);
        }
    }

    /** From now on a message about the call is not missed. */
    Wait expect(CallKey key) {
        CompletableFuture<Optional<ReplicaMessage>> received = new CompletableFuture<>();
        waits.put(key, received);
        return new Wait(key, received);
    }

    void receive(ReplicaMessage message) {
        if (message instanceof ReplicaMessage.Kept kept) {
            complete(kept.call(), message);
            if (!kept.by().equals(replica.name())) {
                remoteRevisions.accept(new RemoteRevision(kept.call(), kept.revision()));
            }
        } else if (message instanceof ReplicaMessage.GivenUp failed) {
            complete(failed.call(), message);
        }
    }

    /** No message will come: each waiter looks at Redis itself. */
    void lost(@Observes RedisLost lost) {
        release();
    }

    /** Messages may have been missed: each waiter looks at Redis itself. */
    void reconnected(@Observes ReplicasReconnected reconnected) {
        release();
    }

    /** How many waits there are. */
    int size() {
        return waits.size();
    }

    private void release() {
        waits.keySet()
                .forEach(key -> Optional.ofNullable(waits.remove(key))
                        .ifPresent(waiting -> waiting.complete(Optional.empty())));
    }

    private void complete(CallKey key, ReplicaMessage message) {
        Optional.ofNullable(waits.remove(key)).ifPresent(waiting -> waiting.complete(Optional.of(message)));
    }
}
