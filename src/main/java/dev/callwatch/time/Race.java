package dev.callwatch.time;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The first of two outcomes; the other one is cancelled. Unlike {@code Uni.combine().any()} it makes no futures, and throws
 * nothing when it cancels.
 */
public final class Race {

    private Race() {}

    /**
     * Subscribes to both, and passes on what comes first, an item or a failure.
     *
     * @param work subscribed to first; where it has its outcome at once, the timer is never started
     * @param timer what comes instead where the work takes too long
     */
    public static <T> Uni<T> between(Uni<? extends T> work, Uni<? extends T> timer) {
        return Uni.createFrom().emitter(emitter -> {
            Runner<T> first = new Runner<>(emitter);
            Runner<T> second = new Runner<>(emitter);
            emitter.onTermination(() -> {
                first.cancel();
                second.cancel();
            });
            first.run(work);
            second.run(timer);
        });
    }

    /** One of the two, which stops where the race is over, also where that happens while it starts. */
    private static final class Runner<T> {

        private static final Cancellable NOT_STARTED = () -> {};
        private static final Cancellable OVER = () -> {};

        private final UniEmitter<? super T> emitter;
        private final AtomicReference<Cancellable> running = new AtomicReference<>(NOT_STARTED);

        private Runner(UniEmitter<? super T> emitter) {
            this.emitter = emitter;
        }

        private void run(Uni<? extends T> outcome) {
            if (running.get() == OVER) {
                return;
            }
            Cancellable started = outcome.subscribe().with(emitter::complete, emitter::fail);
            if (!running.compareAndSet(NOT_STARTED, started)) {
                started.cancel();
            }
        }

        private void cancel() {
            running.getAndSet(OVER).cancel();
        }
    }
}
