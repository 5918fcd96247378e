package dev.callwatch.store;

import dev.callwatch.call.CallHeard;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.ReplicasBack;
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
class Readers {

    private final ConcurrentMap<CallKey, CompletableFuture<Optional<Notice>>> waits = new ConcurrentHashMap<>();
    private final Identity replica;
    private final Consumer<CallHeard> heard;

    @Inject
    Readers(Notices notices, Identity replica, Event<CallHeard> heard) {
        this(replica, heard::fire);
        notices.listen(this::hear);
    }

    Readers(Identity replica, Consumer<CallHeard> heard) {
        this.replica = replica;
        this.heard = heard;
    }

    /** What is waited for; this process reads a call once at a time, so there is one for each call. */
    final class Wait {

        private final CallKey key;
        private final CompletableFuture<Optional<Notice>> told;

        private Wait(CallKey key, CompletableFuture<Optional<Notice>> told) {
            this.key = key;
            this.told = told;
        }

        /** The first notice of the call since it was expected; nothing where waiting has become pointless. */
        Uni<Optional<Notice>> notice() {
            return Uni.createFrom().completionStage(told);
        }

        /** Nobody waits any more. */
        void end() {
            waits.remove(key, told);
        }
    }

    /** From now on a notice of the call is not missed. */
    Wait expect(CallKey key) {
        CompletableFuture<Optional<Notice>> told = new CompletableFuture<>();
        waits.put(key, told);
        return new Wait(key, told);
    }

    void hear(Notice notice) {
        if (notice instanceof Notice.Kept kept) {
            tell(kept.call(), notice);
            if (!kept.by().equals(replica.name())) {
                heard.accept(new CallHeard(kept.call(), kept.revision()));
            }
        } else if (notice instanceof Notice.GivenUp given) {
            tell(given.call(), notice);
        }
    }

    /** No notice will come: those who wait look for themselves. */
    void away(@Observes Away away) {
        release();
    }

    /** Notices may have been missed: those who wait look for themselves. */
    void back(@Observes ReplicasBack back) {
        release();
    }

    private void release() {
        waits.keySet()
                .forEach(key ->
                        Optional.ofNullable(waits.remove(key)).ifPresent(told -> told.complete(Optional.empty())));
    }

    private void tell(CallKey key, Notice notice) {
        Optional.ofNullable(waits.remove(key)).ifPresent(told -> told.complete(Optional.of(notice)));
    }
}
