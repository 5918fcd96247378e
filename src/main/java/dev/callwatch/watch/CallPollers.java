package dev.callwatch.watch;

import dev.callwatch.account.Account;
import dev.callwatch.account.AccountKey;
import dev.callwatch.budget.Budgets;
import dev.callwatch.call.CallChanged;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.Calls;
import dev.callwatch.time.Delay;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import io.smallrye.mutiny.subscription.MultiEmitter;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The pollers of calls: one for each call that has subscriptions, however many. */
// At start, so that its metric exists before the first stream.
@Startup
@Singleton
class CallPollers {

    private final Calls calls;
    private final Budgets budgets;
    private final CallPoller.Dependencies dependencies;
    private final ConcurrentMap<CallKey, CallPoller> pollers = new ConcurrentHashMap<>();
    private volatile boolean closed;

    CallPollers(
            Calls calls,
            Budgets budgets,
            NotificationCoverage coverage,
            Delay delay,
            Clock clock,
            PollExecutor executor,
            FollowedMemory memory,
            MeterRegistry registry) {
        this.calls = calls;
        this.budgets = budgets;
        NotificationMetrics notifications = new NotificationMetrics(registry);
        this.dependencies = new CallPoller.Dependencies(
                calls,
                delay,
                clock,
                executor,
                coverage,
                memory,
                (account, polls) -> notifications.pollsSaved(account).increment(polls));
        Gauge.builder("callwatch.watched.calls", pollers, ConcurrentMap::size)
                .description("Calls that are polled because somebody follows them")
                .register(registry);
    }

    /**
     * The states of a call: the current one once it is known, and each that follows, the latest where a subscriber is slow. Ends
     * when nothing more is to come, or when this process ends.
     */
    Multi<FeedState> states(Account account, CallGuid guid) {
        return Multi.createFrom().emitter(emitter -> join(account, guid, emitter), BackPressureStrategy.LATEST);
    }

    /** Other replicas keep older revisions of a call. */
    void extend(AccountKey account, CallGuid guid, ReplayBuffer longer) {
        CallPoller poller = pollers.get(new CallKey(account, guid));
        if (poller != null) {
            poller.extend(longer);
        }
    }

    /** Ends all pollers and begins no more, so that subscribers can go elsewhere before this process ends. */
    void close(@Observes ShutdownDelayInitiatedEvent end) {
        closed = true;
        List.copyOf(pollers.values()).forEach(CallPoller::close);
    }

    void changed(@Observes CallChanged change) {
        CallPoller poller = pollers.get(
                new CallKey(change.account(), new CallGuid(change.now().id())));
        if (poller != null) {
            poller.changed(change.now());
        }
    }

    void uncovered(@Observes CoverageLost lost) {
        pollers.forEach((key, poller) -> {
            if (key.account().equals(lost.account())) {
                poller.uncovered();
            }
        });
    }

    /** Whether anybody follows a call here. */
    boolean isFollowed(CallKey key) {
        return pollers.containsKey(key);
    }

    /** Whether this process ends. */
    boolean isClosed() {
        return closed;
    }

    private void join(Account account, CallGuid guid, MultiEmitter<? super FeedState> emitter) {
        CallKey key = new CallKey(account.key(), guid);
        while (!closed) {
            CallPoller poller = pollers.computeIfAbsent(key, absent -> open(account, guid, key));
            if (poller.join(emitter)) {
                closeIfLate(poller);
                return;
            }
            // It ended between the look into the map and now; who closed it may not have removed it yet.
            pollers.remove(key, poller);
        }
        emitter.complete();
    }

    /** A poller that was opened while all were closed. */
    private void closeIfLate(CallPoller poller) {
        if (closed) {
            poller.close();
        }
    }

    private CallPoller open(Account account, CallGuid guid, CallKey key) {
        ReplayBuffer buffer = ReplayBuffer.of(calls.history(account, guid));
        return new CallPoller(
                account, guid, buffer, budgets.of(account), dependencies, ended -> pollers.remove(key, ended));
    }
}
