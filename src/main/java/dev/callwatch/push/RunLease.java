package dev.callwatch.push;

import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;

/** Until when this replica may deliver the events of the subscriptions that it runs. */
@Singleton
class RunLease {

    private final SubscriptionStore store;
    private final Clock clock;
    private volatile Instant until = Instant.MIN;

    RunLease(SubscriptionStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Whether it may now; where nothing is shared, always. */
    boolean isHeld() {
        return !store.isDurable() || clock.instant().isBefore(until);
    }

    /** @param end by the steady clock */
    void extend(Instant end) {
        until = end;
    }

    /** It may no longer. */
    void end() {
        until = Instant.MIN;
    }
}
