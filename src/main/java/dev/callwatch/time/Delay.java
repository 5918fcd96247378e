package dev.callwatch.time;

import io.smallrye.mutiny.Uni;
import java.time.Duration;

/** Waits without blocking a thread. Tests replace it with one that they drive. */
@FunctionalInterface
public interface Delay {

    /**
     * A wait.
     *
     * @param duration zero or longer; zero lets what else waits for the thread go first
     * @return an item when the duration has passed since the subscription; to cancel it cancels the timer
     */
    Uni<Void> of(Duration duration);
}
