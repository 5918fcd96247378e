package dev.callwatch.push;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Back pressure: what reads events waits here until there is room for a further one. One at a time waits. Safe for concurrent use. */
final class Room {

    private static final Uni<Void> AT_ONCE = Uni.createFrom().voidItem();

    private final BooleanSupplier isThere;
    private Optional<UniEmitter<? super Void>> waiting = Optional.empty();

    /** @param isThere whether there is room now */
    Room(BooleanSupplier isThere) {
        this.isThere = isThere;
    }

    /** Completes once there is room. */
    Uni<Void> await() {
        return isThere.getAsBoolean()
                ? AT_ONCE
                : Uni.createFrom().emitter(emitter -> {
                    synchronized (this) {
                        waiting = Optional.of(emitter);
                    }
                    changed();
                });
    }

    /** There may be room now. */
    void changed() {
        Optional<UniEmitter<? super Void>> next = Optional.empty();
        if (isThere.getAsBoolean()) {
            synchronized (this) {
                next = waiting;
                waiting = Optional.empty();
            }
        }
        next.ifPresent(emitter -> emitter.complete(null));
    }
}
