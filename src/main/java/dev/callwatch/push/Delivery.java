package dev.callwatch.push;

import java.time.Instant;

/** An event on its way to a sink. Guarded by the queue that holds it. */
final class Delivery {

    private final PushEvent event;
    private final ContentMode mode;
    private final Instant acceptedAt;
    private int attempts;
    private Instant due;

    /**
     * @param acceptedAt since when it is to be delivered, by the clock of the queue
     */
    Delivery(PushEvent event, ContentMode mode, Instant acceptedAt) {
        this.event = event;
        this.mode = mode;
        this.acceptedAt = acceptedAt;
        this.due = acceptedAt;
    }

    PushEvent event() {
        return event;
    }

    ContentMode mode() {
        return mode;
    }

    Instant acceptedAt() {
        return acceptedAt;
    }

    /** How many attempts have failed. */
    int attempts() {
        return attempts;
    }

    /** When the next attempt may be made. */
    Instant due() {
        return due;
    }

    void failed(Instant next) {
        attempts++;
        due = next;
    }
}
