package dev.callwatch.time;

import io.smallrye.mutiny.Uni;
import java.time.Duration;

/** Waits without blocking a thread. Tests replace it with one that they drive. */
@FunctionalInterface
public interface Delay {

    /**
     * A wait.
     *
     * @param duration zero or longer; for work that takes long there is {@link Turns}
     * @return an item when the duration has passed since the subscription; to cancel it cancels the timer
     */
    Uni<Void> of(Duration duration);
}
