package dev.callwatch.push;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicLong;

/** How much memory subscriptions and undelivered events take, about, and how much they may. Safe for concurrent use. */
@Singleton
class PushMemory {

    /** A subscription without calls. */
    private static final int BYTES_PER_SUBSCRIPTION = 3_072;

    /** A call that is followed, one small event of it included. */
    private static final int BYTES_PER_CALL = 2_048;

    private final long most;
    private final AtomicLong used = new AtomicLong();

    @Inject
    PushMemory(PushOptions options, PushMetrics metrics) {
        this(options.memory());
        metrics.gauge("memory.bytes", "Bytes that subscriptions and undelivered events take, approximately", used::get);
    }

    PushMemory(long most) {
        this.most = most;
    }

    /** What a subscription takes, its undelivered events excluded. */
    static int weight(Subscription subscription) {
        return BYTES_PER_SUBSCRIPTION + BYTES_PER_CALL * subscription.calls().size();
    }

    /**
     * Takes bytes where they are free.
     *
     * @return whether it did
     */
    boolean reserve(int bytes) {
        while (true) {
            long now = used.get();
            if (now + bytes > most) {
                return false;
            }
            if (used.compareAndSet(now, now + bytes)) {
                return true;
            }
        }
    }

    /** Takes bytes although they may not be free: an event that is there cannot be sent back. */
    void take(int bytes) {
        used.addAndGet(bytes);
    }

    /** Gives bytes back. */
    void release(int bytes) {
        used.addAndGet(-bytes);
    }

    /** Whether nothing is free. */
    boolean isFull() {
        return used.get() >= most;
    }
}
