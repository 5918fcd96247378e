package dev.callwatch.chaos;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Which replicas are up: ready, and neither dead nor frozen. A change wakes who waits for one. */
final class Availability {

    private static final Duration USE = Duration.ofSeconds(6);

    private final boolean[] up;
    private final long[] since;

    /** All are up. */
    Availability(int replicas) {
        up = new boolean[replicas];
        since = new long[replicas];
        Arrays.fill(up, true);
        Arrays.fill(since, System.nanoTime());
    }

    synchronized void down(int replica) {
        up[replica] = false;
    }

    synchronized void up(int replica) {
        up[replica] = true;
        since[replica] = System.nanoTime();
        notifyAll();
    }

    /** Whether it has been up all the time since then. */
    synchronized boolean isUpSince(int replica, long nanos) {
        return up[replica] && since[replica] - nanos <= 0;
    }

    /**
     * Waits until a replica may go down: until another is up; where there is no other, until it has been up for long enough that
     * clients could use it.
     */
    synchronized void awaitMayGoDown(int replica) throws InterruptedException {
        while (up.length > 1 && !isAnotherUp(replica)) {
            wait();
        }
        while (up.length == 1 && leftOfUse() > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, leftOfUse());
        }
    }

    private long leftOfUse() {
        return USE.toNanos() - (System.nanoTime() - since[0]);
    }

    private boolean isAnotherUp(int replica) {
        for (int other = 0; other < up.length; other++) {
            if (other != replica && up[other]) {
                return true;
            }
        }
        return false;
    }
}
