package dev.callwatch.push;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Bounds how many deliveries of all sinks are under way: each takes memory until its sink has answered. Sinks that find no slot wait in
 * line; whoever is first takes one, and then stands at the end again. Safe for concurrent use.
 */
final class DeliverySlots {

    /** What a delivery takes while it is under way, in bytes, about. */
    private static final long BYTES_OF_DELIVERY = 4_500;

    private static final int SHARE_OF_HEAP = 16;
    private static final long LEAST = 256;

    private final Set<Runnable> line = new LinkedHashSet<>();
    private long free;

    /** @param most at the same time */
    DeliverySlots(long most) {
        this.free = most;
    }

    /** For a sixteenth of the heap. */
    static DeliverySlots ofHeap() {
        return new DeliverySlots(Math.max(LEAST, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP / BYTES_OF_DELIVERY));
    }

    /**
     * Takes a slot, or waits in line for one.
     *
     * @param turn called by {@link #callNext} once there is a slot; the same one for each slot of a sink
     */
    synchronized boolean take(Runnable turn) {
        boolean others = !line.isEmpty() && first() != turn;
        if (free == 0 || others) {
            line.add(turn);
            return false;
        }
        line.remove(turn);
        free--;
        return true;
    }

    /** Leaves the line: there is nothing to deliver now. */
    synchronized void leave(Runnable turn) {
        line.remove(turn);
    }

    /** Gives a slot back. */
    synchronized void release() {
        free++;
    }

    /**
     * Calls those in line one after another, as long as there are slots: each takes one or leaves the line. To be called after a slot was
     * given back, without a lock.
     */
    void callNext() {
        for (Optional<Runnable> next = next(); next.isPresent(); next = next()) {
            next.get().run();
        }
    }

    private synchronized Optional<Runnable> next() {
        return free > 0 && !line.isEmpty() ? Optional.of(first()) : Optional.empty();
    }

    private Runnable first() {
        return line.iterator().next();
    }
}
