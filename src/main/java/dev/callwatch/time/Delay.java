package dev.callwatch.time;

import io.smallrye.mutiny.Uni;
import java.time.Duration;

/** Waits without holding a thread; tests drive it. */
@FunctionalInterface
public interface Delay {

    /**
     * A wait.
     *
     * @param duration zero or longer
     * @return an item once the duration has passed since subscription; cancelling it cancels the timer
     */
    Uni<Void> of(Duration duration);
}
