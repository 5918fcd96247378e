package dev.callwatch.push;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * The events of one call that are to be delivered for one subscription: one at a time, in their order. Guarded by its
 * {@link SinkQueue}, except for its listener.
 */
final class CallQueue {

    /** Is notified of what becomes of the events, never while a lock of the queue is held. */
    interface Listener {

        /** An attempt was made. */
        void attempted(AttemptResult result);

        /** An event has left the queue: the sink accepted it, or it was given up. */
        void done(CallQueue callQueue, Delivery delivery, boolean delivered);

        /**
         * The sink wants no more. The queue is closed.
         *
         * @param removed what was left in it
         */
        void gone(Deque<Delivery> removed);
    }

    private final Listener listener;
    private final Deque<Delivery> deliveries = new ArrayDeque<>();
    private boolean underWay;
    private boolean closed;

    CallQueue(Listener listener) {
        this.listener = listener;
    }

    Listener listener() {
        return listener;
    }

    /** @return whether it was empty before */
    boolean add(Delivery delivery) {
        deliveries.add(delivery);
        return deliveries.size() == 1;
    }

    Optional<Delivery> head() {
        return Optional.ofNullable(deliveries.peek());
    }

    Delivery remove() {
        return deliveries.remove();
    }

    int size() {
        return deliveries.size();
    }

    boolean isUnderWay() {
        return underWay;
    }

    void underWay(boolean now) {
        underWay = now;
    }

    /** When its first event is due; {@link Instant#MAX} where it is empty. */
    Instant due() {
        return head().map(Delivery::due).orElse(Instant.MAX);
    }

    /**
     * Ends it: it takes no more, and what is under way stays until its attempt has ended.
     *
     * @return what was removed
     */
    Deque<Delivery> close() {
        closed = true;
        Deque<Delivery> removed = new ArrayDeque<>(deliveries);
        deliveries.clear();
        if (underWay) {
            deliveries.add(removed.remove());
        }
        return removed;
    }

    boolean isClosed() {
        return closed;
    }
}
