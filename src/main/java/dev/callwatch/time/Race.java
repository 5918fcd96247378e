package dev.callwatch.time;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Takes the first of two outcomes, and cancels the other. Unlike {@code Uni.combine().any()} it creates no futures, and no exception
 * when it cancels.
 */
public final class Race {

    private Race() {}

    /**
     * Subscribes to both, and passes on the first item or failure.
     *
     * @param work subscribed to first; if it completes at once, the timer is never started
     * @param timer the outcome if the work takes too long
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

    /** One of the two. It stops when the race is over, also if that happens while it starts. */
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
