package dev.callwatch.push;

import dev.callwatch.time.Delay;
import dev.callwatch.time.WallClock;
import dev.callwatch.watch.CallFeed;
import dev.callwatch.watch.PollExecutor;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.concurrent.Executor;

/** What subscriptions run with. */
@Singleton
class SubscriptionContext {

    private final SubscriptionRunner.Dependencies dependencies;
    private final Executor executor;

    @Inject
    SubscriptionContext(
            CallFeed feed,
            SinkQueues queues,
            PushEvents events,
            PushMemory memory,
            PushMetrics metrics,
            SubscriptionStore store,
            RunLease lease,
            Clock clock,
            WallClock wallClock,
            Delay delay,
            PollExecutor executor) {
        this(
                new SubscriptionRunner.Dependencies(
                        feed, queues, events, memory, metrics, store, lease, clock, wallClock, delay),
                executor);
    }

    SubscriptionContext(SubscriptionRunner.Dependencies dependencies, Executor executor) {
        this.dependencies = dependencies;
        this.executor = executor;
    }

    SubscriptionRunner.Dependencies dependencies() {
        return dependencies;
    }

    RunLease lease() {
        return dependencies.lease();
    }

    /** Runs what outlives the request that began it. */
    Executor executor() {
        return executor;
    }
}
