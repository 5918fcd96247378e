package dev.callwatch.push;

import dev.callwatch.access.Caller;
import dev.callwatch.access.Grant;
import dev.callwatch.account.AccountKey;
import dev.callwatch.time.Delay;
import dev.callwatch.watch.PollExecutor;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** The subscriptions that this replica runs, and for an hour those that it ran to their end. Safe for concurrent use. */
@Singleton
class LocalSubscriptions implements SubscriptionRunner.Owner {

    private static final Logger LOG = Logger.getLogger(LocalSubscriptions.class);

    /** How long one that has ended can be read. */
    private static final Duration SHOWN_AFTER_END = Duration.ofHours(1);

    private static final Duration BETWEEN_ATTEMPTS_TO_FORGET = Duration.ofSeconds(5);

    private final SubscriptionRunner.Dependencies dependencies;
    private final SubscriptionStore store;
    private final PushMemory memory;
    private final Delay delay;
    private final Executor executor;
    private final ConcurrentMap<String, SubscriptionRunner> runners = new ConcurrentHashMap<>();

    /** By {@link Subscription#content}. */
    private final ConcurrentMap<String, SubscriptionRunner> byContent = new ConcurrentHashMap<>();

    /** By the names of their callers. */
    private final ConcurrentMap<String, Set<SubscriptionRunner>> byCaller = new ConcurrentHashMap<>();

    /** Deleted here: no longer shown, although their last event may not be delivered yet. */
    private final Set<String> deleted = ConcurrentHashMap.newKeySet();

    LocalSubscriptions(
            SubscriptionRunner.Dependencies dependencies,
            SubscriptionStore store,
            PushMemory memory,
            PushMetrics metrics,
            Delay delay,
            PollExecutor executor) {
        this.dependencies = dependencies;
        this.store = store;
        this.memory = memory;
        this.delay = delay;
        this.executor = executor;
        metrics.gauge(
                "subscriptions",
                "Subscriptions whose calls are followed",
                () -> runners.values().stream()
                        .filter(SubscriptionRunner::isActive)
                        .count());
    }

    /** How many events are not delivered yet. */
    int pending() {
        return runners.values().stream().mapToInt(SubscriptionRunner::pending).sum();
    }

    /**
     * Runs a subscription for which memory is reserved. The memory is released where an equal one runs already.
     *
     * @return the subscription that runs, and whether it is this one
     */
    synchronized Subscriptions.Created create(StoredSubscription stored, Run run, Grant grant, Sink sink) {
        Subscription subscription = stored.subscription();
        Optional<SubscriptionStatus> same = active(subscription);
        if (same.isPresent()) {
            memory.release(PushMemory.weight(subscription));
            return new Subscriptions.Created(same.get(), false);
        }
        SubscriptionRunner runner = add(stored, run, grant, sink);
        executor.execute(runner::begin);
        return new Subscriptions.Created(runner.status(), true);
    }

    /** Runs a subscription that another replica ran before, unless it runs here already. */
    synchronized void takeOver(StoredSubscription stored, Run run, Grant grant, Sink sink) {
        Subscription subscription = stored.subscription();
        if (runners.containsKey(subscription.id())) {
            return;
        }
        memory.take(PushMemory.weight(subscription));
        SubscriptionRunner runner = add(stored, run, grant, sink);
        runner.begin();
        if (runner.isFinished()) {
            finished(runner);
        }
    }

    private SubscriptionRunner add(StoredSubscription stored, Run run, Grant grant, Sink sink) {
        SubscriptionRunner runner = new SubscriptionRunner(stored, run, grant, sink, dependencies, this);
        Subscription subscription = stored.subscription();
        runners.put(subscription.id(), runner);
        byContent.put(subscription.content(), runner);
        byCaller.compute(subscription.caller().name(), (name, known) -> {
            Set<SubscriptionRunner> own = known == null ? ConcurrentHashMap.newKeySet() : known;
            own.add(runner);
            return own;
        });
        return runner;
    }

    /** Of a subscription that is the same for its caller and has not ended. */
    Optional<SubscriptionStatus> active(Subscription wanted) {
        return Optional.ofNullable(byContent.get(wanted.content()))
                .filter(SubscriptionRunner::isActive)
                .map(SubscriptionRunner::status);
    }

    /** Of all that a caller has here. */
    Stream<SubscriptionStatus> statuses(Caller caller) {
        return byCaller.getOrDefault(caller.name(), Set.of()).stream().map(SubscriptionRunner::status);
    }

    /** Of a subscription, deleted or not. */
    Optional<SubscriptionStatus> status(String id) {
        return Optional.ofNullable(runners.get(id)).map(SubscriptionRunner::status);
    }

    /** Of a subscription that its caller has not deleted. */
    Optional<SubscriptionStatus> find(Caller caller, AccountKey account, String id) {
        return status(id)
                .filter(status -> !deleted.contains(id))
                .filter(status -> status.subscription().belongsTo(caller, account));
    }

    /** Ends a subscription, where it runs here, and shows it no longer. Its sink gets an event about the end. */
    void delete(String id) {
        Optional.ofNullable(runners.get(id)).ifPresent(runner -> {
            deleted.add(id);
            removeFromIndexes(runner);
            runner.end(TerminationReason.SUBSCRIPTION_DELETED);
            if (runner.isFinished()) {
                forget(runner);
            }
        });
    }

    int count() {
        return runners.size();
    }

    boolean contains(String id) {
        return runners.containsKey(id);
    }

    /**
     * Compares what runs here with what the store says.
     *
     * @param owned what this replica is to run
     * @return completes once it is known of all whether they run here; never fails
     */
    Uni<Void> check(Map<String, Run> owned) {
        return Owned.check(runners.values(), owned, this::taken);
    }

    @Override
    public void finished(SubscriptionRunner runner) {
        if (deleted.contains(runner.subscription().id())) {
            forget(runner);
        } else {
            delay.of(SHOWN_AFTER_END).subscribe().with(passed -> forget(runner));
        }
    }

    @Override
    public void taken(SubscriptionRunner runner) {
        LOG.debugf(
                "Another replica runs subscription %s, or did so meanwhile",
                runner.subscription().id());
        runner.suspend();
        remove(runner);
    }

    /** The store comes first: what it still had would be run again. */
    private void forget(SubscriptionRunner runner) {
        store.forget(runner.subscription())
                .subscribe()
                .with(
                        done -> remove(runner),
                        unavailable ->
                                delay.of(BETWEEN_ATTEMPTS_TO_FORGET).subscribe().with(passed -> forget(runner)));
    }

    private void remove(SubscriptionRunner runner) {
        Subscription subscription = runner.subscription();
        if (runners.remove(subscription.id(), runner)) {
            removeFromIndexes(runner);
            deleted.remove(subscription.id());
            memory.release(PushMemory.weight(subscription));
        }
    }

    private void removeFromIndexes(SubscriptionRunner runner) {
        Subscription subscription = runner.subscription();
        byContent.remove(subscription.content(), runner);
        byCaller.computeIfPresent(subscription.caller().name(), (caller, own) -> {
            own.remove(runner);
            return own.isEmpty() ? null : own;
        });
    }
}
