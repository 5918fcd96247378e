package dev.callwatch.time;

import io.smallrye.mutiny.Uni;

/**
 * Lets work that takes long be done in parts, so that other requests are answered in between. Each part waits for a turn of its event
 * loop: one part has it at a time, and between two of them the event loop reads from and writes to its connections.
 */
public interface Turns {

    /**
     * A turn for work that begins. Such work waits until what has begun before waits no more: so that little of it is in memory at the
     * same time, however much is asked for at once.
     *
     * @return an item when the turn has come, on the context of the subscription
     */
    Uni<Void> toBegin();

    /**
     * A turn for the next part of work that has begun.
     *
     * @return as for {@link #toBegin}
     */
    Uni<Void> toContinue();
}
