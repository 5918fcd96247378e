package dev.callwatch.chaos;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Time that passes between two steps, cut short when the run is over. */
final class Pause {

    private final CountDownLatch over = new CountDownLatch(1);

    void of(Duration time) throws InterruptedException {
        over.await(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Whoever pauses goes on, now and from now on. */
    void end() {
        over.countDown();
    }

    boolean hasEnded() {
        return over.getCount() == 0;
    }
}
