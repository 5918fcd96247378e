package dev.callwatch.push;

import dev.callwatch.time.Delay;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.util.function.Consumer;

/** A stream of events that is followed until it is cancelled, which may be while it is being subscribed to. Safe for concurrent use. */
final class Following {

    private static final Duration AFTER_DEFECT = Duration.ofSeconds(5);

    private Cancellable running = () -> {};
    private boolean cancelled;

    /**
     * Subscribes to it, and after a failure once more, 5 s later.
     *
     * @param onDefect called with each failure
     */
    void follow(Multi<?> stream, Delay delay, Consumer<Throwable> onDefect) {
        started(stream.onFailure()
                .invoke(onDefect)
                .onFailure()
                .retry()
                .when(failures -> failures.onItem()
                        .transformToUniAndConcatenate(
                                failure -> delay.of(AFTER_DEFECT).replaceWith(true)))
                .subscribe()
                .with(taken -> {}));
    }

    private void started(Cancellable subscription) {
        synchronized (this) {
            if (!cancelled) {
                running = subscription;
                return;
            }
        }
        subscription.cancel();
    }

    /** Ends it, or does not let it begin. */
    void cancel() {
        Cancellable now;
        synchronized (this) {
            cancelled = true;
            now = running;
        }
        now.cancel();
    }
}
