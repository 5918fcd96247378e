package dev.callwatch.push;

import dev.callwatch.time.Delay;
import dev.callwatch.time.WallClock;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Begins the runs of what this replica owns. */
@Singleton
class OwnedRuns {

    private final SinkQueues queues;
    private final PushMemory memory;
    private final SubscriptionStore store;
    private final RunLease lease;
    private final Clock clock;
    private final WallClock wallClock;
    private final Delay delay;

    OwnedRuns(
            SinkQueues queues,
            PushMemory memory,
            SubscriptionStore store,
            RunLease lease,
            Clock clock,
            WallClock wallClock,
            Delay delay) {
        this.queues = queues;
        this.memory = memory;
        this.store = store;
        this.lease = lease;
        this.clock = clock;
        this.wallClock = wallClock;
        this.delay = delay;
    }

    /**
     * Begins a run.
     *
     * @param id under which it is kept
     * @param sink where its events go
     * @param onTaken called where another replica runs it, or may have run it since: it is to be suspended here
     * @param onLost called where the store has lost it; see {@link SubscriptionJournal}
     */
    OwnedRun begin(
            String id,
            Run number,
            Sink sink,
            Runnable onTaken,
            Function<SubscriptionJournal.Lost, Optional<Supplier<Uni<?>>>> onLost) {
        return new OwnedRun(
                id,
                number,
                new SubscriptionJournal(id, number, store, lease, delay, onTaken, onLost),
                new DeliveryQueue(sink, queues, memory, clock, wallClock));
    }
}
