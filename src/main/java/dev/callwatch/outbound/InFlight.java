package dev.callwatch.outbound;

import java.util.ArrayDeque;
import java.util.Deque;

/** Memory for large answers that arrive at the same time. Whoever finds none waits for its turn. Safe for concurrent use. */
final class InFlight {

    private final long bound;
    private final Deque<Waiter> waiting = new ArrayDeque<>();
    private long taken;

    /** @param bound in bytes */
    InFlight(long bound) {
        this.bound = bound;
    }

    /** Somebody who waits for bytes, and what to do once they are there; not to be called while a lock is held. */
    record Waiter(long bytes, Runnable granted) {}

    /** Takes bytes, where enough are there and nobody waits. */
    synchronized boolean take(long bytes) {
        if (!waiting.isEmpty() || taken + bytes > bound) {
            return false;
        }
        taken += bytes;
        return true;
    }

    /** Waits for bytes behind those who wait already. */
    synchronized void await(Waiter waiter) {
        waiting.add(waiter);
    }

    /** Waits no longer; false where the bytes were granted already. */
    synchronized boolean withdraw(Waiter waiter) {
        return waiting.remove(waiter);
    }

    /** Whether more than half is taken, or somebody waits. */
    synchronized boolean isCrowded() {
        return !waiting.isEmpty() || taken > bound / 2;
    }

    /** Gives bytes back, and to those who wait. */
    void give(long bytes) {
        Deque<Waiter> next = new ArrayDeque<>();
        synchronized (this) {
            taken -= bytes;
            while (!waiting.isEmpty() && taken + waiting.peek().bytes() <= bound) {
                taken += waiting.peek().bytes();
                next.add(waiting.poll());
            }
        }
        next.forEach(waiter -> waiter.granted().run());
    }
}
