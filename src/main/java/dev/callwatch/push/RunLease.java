package dev.callwatch.push;

import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** Until when this replica may deliver the events of the subscriptions that it runs. */
@Singleton
class RunLease {

    private final SubscriptionStore store;
    private final Clock clock;
    private final AtomicLong lapses = new AtomicLong();
    private volatile Instant until = Instant.MIN;

    RunLease(SubscriptionStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Whether it may now; where nothing is shared, always. */
    boolean isHeld() {
        return !store.isDurable() || clock.instant().isBefore(until);
    }

    /**
     * How often this replica may have lost, without noticing, what it runs; where nothing is shared, always the same. It rises while the
     * lease is not held, too.
     */
    long lapses() {
        return lapses.get() + (isHeld() ? 0 : 1);
    }

    /** @param end by the steady clock */
    void extend(Instant end) {
        if (!isHeld()) {
            lapses.incrementAndGet();
        }
        until = end;
    }

    /** It may no longer. */
    void end() {
        until = Instant.MIN;
    }
}
