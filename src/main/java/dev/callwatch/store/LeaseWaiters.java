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

/** Waits for those replicas that read a call, and tells what they bring. */
@Singleton
class LeaseWaiters {

    private final ConcurrentMap<CallKey, CompletableFuture<Optional<ReplicaMessage>>> waits = new ConcurrentHashMap<>();
    private final ReplicaId replica;
    private final Consumer<RemoteRevision> heard;

    @Inject
    LeaseWaiters(ReplicaChannel notices, ReplicaId replica, Event<RemoteRevision> heard) {
        this(replica, heard::fire);
        notices.listen(this::hear);
    }

    LeaseWaiters(ReplicaId replica, Consumer<RemoteRevision> heard) {
        this.replica = replica;
        this.heard = heard;
    }

    /** What is waited for; this process reads a call once at a time, so there is one for each call. */
    final class Wait {

        private final CallKey key;
        private final CompletableFuture<Optional<ReplicaMessage>> told;

        private Wait(CallKey key, CompletableFuture<Optional<ReplicaMessage>> told) {
            this.key = key;
            this.told = told;
        }

        /** The first notice of the call since it was expected; nothing where waiting has become pointless. */
        Uni<Optional<ReplicaMessage>> notice() {
            return Uni.createFrom().completionStage(told);
        }

        /** Nobody waits any more. */
        void end() {
            waits.remove(key, told);
        }
    }

    /** From now on a notice of the call is not missed. */
    Wait expect(CallKey key) {
        CompletableFuture<Optional<ReplicaMessage>> told = new CompletableFuture<>();
        waits.put(key, told);
        return new Wait(key, told);
    }

    void hear(ReplicaMessage notice) {
        if (notice instanceof ReplicaMessage.Kept kept) {
            tell(kept.call(), notice);
            if (!kept.by().equals(replica.name())) {
                heard.accept(new RemoteRevision(kept.call(), kept.revision()));
            }
        } else if (notice instanceof ReplicaMessage.GivenUp given) {
            tell(given.call(), notice);
        }
    }

    /** No notice will come: those who wait look for themselves. */
    void away(@Observes RedisLost away) {
        release();
    }

    /** Notices may have been missed: those who wait look for themselves. */
    void back(@Observes ReplicasReconnected back) {
        release();
    }

    private void release() {
        waits.keySet()
                .forEach(key ->
                        Optional.ofNullable(waits.remove(key)).ifPresent(told -> told.complete(Optional.empty())));
    }

    private void tell(CallKey key, ReplicaMessage notice) {
        Optional.ofNullable(waits.remove(key)).ifPresent(told -> told.complete(Optional.of(notice)));
    }
}
