package dev.callwatch.chaos;

import java.util.Optional;

/**
 * The way to the upstream. Several faults may be on it at a time; once it is free of them calls have to become readable again.
 */
final class UpstreamPath {

    /** A stretch of time without a fault on the way. */
    record Whole(int after) {}

    private final boolean undisturbed;
    private int faults;
    private int begun;
    private boolean recovering;

    /** @param undisturbed whether no fault may begin until calls are readable again after those before */
    UpstreamPath(boolean undisturbed) {
        this.undisturbed = undisturbed;
    }

    /** A fault begins, as soon as it may. */
    synchronized void disturb() throws InterruptedException {
        while (undisturbed && recovering) {
            wait();
        }
        faults++;
        begun++;
    }

    /**
     * A fault is over.
     *
     * @return what begins now, where it was the last one; to be given to {@link #recovered}
     */
    synchronized Optional<Whole> healed() {
        faults--;
        recovering = faults == 0;
        return recovering ? Optional.of(new Whole(begun)) : Optional.empty();
    }

    /** Whether it lasts. */
    synchronized boolean lasts(Whole whole) {
        return whole.after() == begun;
    }

    synchronized void recovered() {
        recovering = false;
        notifyAll();
    }
}
