package dev.callwatch.push;

import io.smallrye.mutiny.subscription.Cancellable;

/** A stream of events that is followed until it is cancelled, which may be while it is being subscribed to. Safe for concurrent use. */
final class Following {

    private Cancellable running = () -> {};
    private boolean cancelled;

    /** It was subscribed to. */
    void started(Cancellable subscription) {
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
