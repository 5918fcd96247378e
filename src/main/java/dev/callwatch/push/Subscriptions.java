package dev.callwatch.push;

import dev.callwatch.access.AccessControl;
import dev.callwatch.access.Caller;
import dev.callwatch.access.CallerLimits;
import dev.callwatch.access.Grant;
import dev.callwatch.access.RateLimited;
import dev.callwatch.account.AccountKey;
import dev.callwatch.account.Accounts;
import dev.callwatch.call.CallGuid;
import dev.callwatch.problem.ProblemException;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The subscriptions of callers. Those that this replica runs are in its memory; where the store is durable, all are kept there, and
 * a replica that is gone is replaced within 3 s. Safe for concurrent use.
 */
@Singleton
public class Subscriptions implements SubscriptionRunner.Owner {

    /** No subscription lasts longer. */
    public static final Duration LONGEST = Duration.ofHours(24);

    private static final Logger LOG = Logger.getLogger(Subscriptions.class);
    private static final Duration RETRY_WHEN_FULL = Duration.ofMinutes(1);

    /** How long one that has ended can be read. */
    private static final Duration SHOWN_AFTER_END = Duration.ofHours(1);

    private static final Duration BETWEEN_ATTEMPTS_TO_FORGET = Duration.ofSeconds(5);

    /** Subscriptions of another replica that are read at the same time. */
    private static final int READ_AT_ONCE = 16;

    private static final Uni<Void> DONE = Uni.createFrom().voidItem();

    /**
     * What a caller asks for.
     *
     * @param sink the name of a sink of the settings, or a URL
     * @param calls 1 to 100
     * @param expiresAt at most {@link #LONGEST} from now, which is the default
     */
    public record Requested(
            String sink,
            Optional<ContentMode> contentMode,
            EventTypes types,
            Set<CallGuid> calls,
            Optional<Instant> expiresAt,
            OptionalInt maxEvents,
            boolean initialEvent,
            Optional<String> traceparent) {}

    /**
     * The answer to a request.
     *
     * @param isNew whether there was none like it
     */
    public record Created(SubscriptionStatus status, boolean isNew) {}

    private final PushOptions options;
    private final Sinks sinks;
    private final Handshake handshake;
    private final AccessControl access;
    private final Accounts accounts;
    private final CallerLimits limits;
    private final SubscriptionContext context;
    private final SubscriptionRunner.Dependencies dependencies;
    private final ConcurrentMap<String, SubscriptionRunner> runners = new ConcurrentHashMap<>();

    /** By {@link Subscription#content}. */
    private final ConcurrentMap<String, SubscriptionRunner> byContent = new ConcurrentHashMap<>();

    /** By the names of their callers. */
    private final ConcurrentMap<String, Set<SubscriptionRunner>> byCaller = new ConcurrentHashMap<>();

    /** Deleted here: no longer shown, although their last event may not be delivered yet. */
    private final Set<String> deleted = ConcurrentHashMap.newKeySet();

    private Cancellable heartbeats = () -> {};
    private volatile boolean leaving;

    Subscriptions(
            PushOptions options,
            Sinks sinks,
            Handshake handshake,
            AccessControl access,
            Accounts accounts,
            CallerLimits limits,
            SubscriptionContext context) {
        this.options = options;
        this.sinks = sinks;
        this.handshake = handshake;
        this.access = access;
        this.accounts = accounts;
        this.limits = limits;
        this.context = context;
        this.dependencies = context.dependencies();
        PushMetrics metrics = dependencies.metrics();
        metrics.gauge(
                "subscriptions",
                "Subscriptions whose calls are followed",
                () -> runners.values().stream()
                        .filter(SubscriptionRunner::isActive)
                        .count());
        metrics.gauge(
                "pending",
                "Events that are not delivered yet",
                () -> runners.values().stream()
                        .mapToInt(SubscriptionRunner::pending)
                        .sum());
    }

    void begin(@Observes StartupEvent start) {
        if (!store().isDurable()) {
            if (options.isUsable()) {
                LOG.info("Subscriptions are kept in the memory of this process: a restart loses them");
            }
            return;
        }
        heartbeats = Uni.createFrom()
                .deferred(this::heartbeat)
                .chain(() -> dependencies.delay().of(SubscriptionStore.HEARTBEAT_INTERVAL))
                .replaceWith(true)
                .repeat()
                .until(again -> leaving)
                .subscribe()
                .with(sent -> {});
    }

    /** Others take over at once. */
    void leave(@Observes ShutdownDelayInitiatedEvent end) {
        leaving = true;
        context.lease().end();
        if (store().isDurable()) {
            store().leave().subscribe().with(left -> {}, unavailable -> {});
        }
    }

    void end(@Observes ShutdownEvent end) {
        heartbeats.cancel();
    }

    private SubscriptionStore store() {
        return dependencies.store();
    }

    /**
     * Subscribes. The same subscription twice is one.
     *
     * @param grant what the caller may see of the account
     * @return the subscription; {@link SinkRefused} where the sink may not be called or does not agree to it;
     *     {@link RateLimited} where the caller has too many, or this process has no memory for more; {@link StoreUnavailable}
     */
    public Uni<Created> create(Caller caller, Grant grant, Requested requested) {
        return Uni.createFrom()
                .deferred(() -> {
                    AccountKey account = grant.account().key();
                    Sink sink = sinks.find(requested.sink(), account, OptionalInt.empty())
                            .orElseThrow(() -> new SinkRefused("The sink is not one that this service may call."));
                    Subscription wanted = subscription(caller, account, sink.name(), requested, OptionalInt.empty());
                    Optional<Created> existing = existing(wanted);
                    if (existing.isPresent()) {
                        return Uni.createFrom().item(existing.get());
                    }
                    return count(caller)
                            .invoke(has -> limits.subscriptions(caller, () -> has))
                            .chain(() -> rate(sink))
                            .map(rate -> subscription(caller, account, sink.name(), requested, rate))
                            .chain(subscription -> create(subscription, grant, false));
                })
                .onFailure(failure -> !(failure instanceof ProblemException))
                .transform(Subscriptions::unavailable);
    }

    private static Throwable unavailable(Throwable failure) {
        LOG.debugf("The store of subscriptions fails: %s", failure);
        return new StoreUnavailable();
    }

    private Uni<OptionalInt> rate(Sink sink) {
        return sinks.isNamed(sink.name()) ? Uni.createFrom().item(OptionalInt.empty()) : handshake.ask(sink);
    }

    private Uni<Created> create(Subscription subscription, Grant grant, boolean replaceSame) {
        StoredSubscription stored = StoredSubscription.of(subscription);
        int weight = PushMemory.weight(subscription);
        if (!dependencies.memory().reserve(weight)) {
            throw new RateLimited("This service has no memory for more subscriptions.", RETRY_WHEN_FULL);
        }
        return store().create(subscription, SubscriptionCodec.encode(stored), replaceSame)
                .onFailure()
                .invoke(unavailable -> dependencies.memory().release(weight))
                .chain(same -> {
                    if (same.isEmpty()) {
                        return Uni.createFrom().item(started(stored, grant));
                    }
                    dependencies.memory().release(weight);
                    return load(same.get())
                            .map(known -> known.map(StoredSubscription::status)
                                    .filter(status -> status.state() == SubscriptionState.ACTIVE))
                            .chain(status -> status.isPresent()
                                    ? Uni.createFrom().item(new Created(status.get(), false))
                                    : create(subscription, grant, true));
                });
    }

    /** Its memory is reserved. */
    private synchronized Created started(StoredSubscription stored, Grant grant) {
        Subscription subscription = stored.subscription();
        Optional<Created> existing = existing(subscription);
        if (existing.isPresent()) {
            dependencies.memory().release(PushMemory.weight(subscription));
            return existing.get();
        }
        Sink sink = sinks.find(subscription.sink(), subscription.account(), subscription.ratePerMinute())
                .orElseThrow();
        SubscriptionRunner runner = new SubscriptionRunner(stored, grant, sink, dependencies, this);
        add(runner);
        context.executor().execute(runner::begin);
        return new Created(runner.status(), true);
    }

    private void add(SubscriptionRunner runner) {
        Subscription subscription = runner.subscription();
        runners.put(subscription.id(), runner);
        byContent.put(subscription.content(), runner);
        byCaller.compute(subscription.caller().name(), (name, known) -> {
            Set<SubscriptionRunner> own = known == null ? ConcurrentHashMap.newKeySet() : known;
            own.add(runner);
            return own;
        });
    }

    private Subscription subscription(
            Caller caller, AccountKey account, String sink, Requested requested, OptionalInt ratePerMinute) {
        Instant now = dependencies.wallClock().now();
        Instant latest = now.plus(LONGEST);
        return new Subscription(
                UUID.randomUUID().toString().replace("-", ""),
                caller,
                account,
                sink,
                requested.contentMode(),
                requested.types(),
                requested.calls(),
                now,
                requested.expiresAt().filter(end -> end.isBefore(latest)).orElse(latest),
                requested.maxEvents(),
                requested.initialEvent(),
                ratePerMinute,
                requested.traceparent());
    }

    /**
     * The subscriptions of a caller to calls of an account, the oldest first; for an hour after their end too. Or
     * {@link StoreUnavailable}.
     */
    public Uni<List<SubscriptionStatus>> list(Caller caller, AccountKey account) {
        return statuses(caller)
                .map(all -> all.stream()
                        .filter(status -> status.subscription().belongsTo(caller, account))
                        .sorted(Comparator.comparing(
                                status -> status.subscription().startsAt()))
                        .toList())
                .onFailure()
                .transform(Subscriptions::unavailable);
    }

    private Uni<List<SubscriptionStatus>> statuses(Caller caller) {
        if (!store().isDurable()) {
            return Uni.createFrom()
                    .item(() -> of(caller).map(SubscriptionRunner::status).toList());
        }
        return store().ofCaller(caller.name())
                .onItem()
                .transformToMulti(ids -> Multi.createFrom().iterable(ids))
                .onItem()
                .transformToUniAndConcatenate(this::status)
                .select()
                .where(Optional::isPresent)
                .map(Optional::get)
                .collect()
                .asList();
    }

    private Uni<Optional<SubscriptionStatus>> status(String id) {
        Optional<SubscriptionRunner> local = Optional.ofNullable(runners.get(id));
        return local.isPresent()
                ? Uni.createFrom().item(local.map(SubscriptionRunner::status))
                : load(id).map(known -> known.map(StoredSubscription::status));
    }

    private Uni<Optional<StoredSubscription>> load(String id) {
        return store().load(id).map(SubscriptionCodec::decode);
    }

    /** A subscription of a caller; nothing where it has none of this identifier. Or {@link StoreUnavailable}. */
    public Uni<Optional<SubscriptionStatus>> find(Caller caller, AccountKey account, String id) {
        if (!store().isDurable()) {
            return Uni.createFrom().item(local(caller, account, id).map(SubscriptionRunner::status));
        }
        // One that runs here may have been deleted on another replica.
        return store().isOf(caller.name(), id)
                .chain(isOwn -> isOwn ? status(id) : Uni.createFrom().item(Optional.<SubscriptionStatus>empty()))
                .map(found -> found.filter(status -> status.subscription().belongsTo(caller, account)))
                .onFailure()
                .transform(Subscriptions::unavailable);
    }

    /**
     * Ends a subscription of a caller, and shows it no longer. What is not delivered yet is not delivered any more; its sink gets
     * an event about the end.
     *
     * @return whether the caller has one of this identifier; or {@link StoreUnavailable}
     */
    public Uni<Boolean> delete(Caller caller, AccountKey account, String id) {
        Optional<SubscriptionRunner> local = local(caller, account, id);
        if (local.isPresent()) {
            return store().hide(local.get().subscription())
                    .invoke(() -> delete(local.get()))
                    .replaceWith(true)
                    .onFailure()
                    .transform(Subscriptions::unavailable);
        }
        return find(caller, account, id)
                .chain(found -> found.map(status ->
                                store().requestEnd(status.subscription()).replaceWith(true))
                        .orElseGet(() -> Uni.createFrom().item(false)))
                .onFailure()
                .transform(Subscriptions::unavailable);
    }

    private void delete(SubscriptionRunner runner) {
        deleted.add(runner.subscription().id());
        removeFromIndexes(runner);
        runner.end(TerminationReason.SUBSCRIPTION_DELETED);
        if (runner.isFinished()) {
            forget(runner);
        }
    }

    private Optional<SubscriptionRunner> local(Caller caller, AccountKey account, String id) {
        return Optional.ofNullable(runners.get(id))
                .filter(runner -> !deleted.contains(id))
                .filter(runner -> runner.subscription().belongsTo(caller, account));
    }

    private Optional<Created> existing(Subscription wanted) {
        return Optional.ofNullable(byContent.get(wanted.content()))
                .filter(SubscriptionRunner::isActive)
                .map(runner -> new Created(runner.status(), false));
    }

    /** How many subscriptions of a caller have not ended. Those on other replicas are looked at only where there are many. */
    private Uni<Integer> count(Caller caller) {
        int most = limits.mostSubscriptions();
        if (most == Integer.MAX_VALUE) {
            return Uni.createFrom().item(0);
        }
        Uni<Integer> active = statuses(caller).map(all -> (int) all.stream()
                .filter(status -> status.state() == SubscriptionState.ACTIVE)
                .count());
        return store().isDurable()
                ? store().ofCaller(caller.name())
                        .chain(ids -> ids.size() < most ? Uni.createFrom().item(ids.size()) : active)
                : active;
    }

    private Stream<SubscriptionRunner> of(Caller caller) {
        return byCaller.getOrDefault(caller.name(), Set.of()).stream();
    }

    @Override
    public void finished(SubscriptionRunner runner) {
        if (deleted.contains(runner.subscription().id())) {
            forget(runner);
        } else {
            dependencies.delay().of(SHOWN_AFTER_END).subscribe().with(passed -> forget(runner));
        }
    }

    @Override
    public void taken(SubscriptionRunner runner) {
        LOG.debugf("Another replica runs subscription %s", runner.subscription().id());
        runner.suspend();
        remove(runner);
    }

    /** The store comes first: what it still had would be run again. */
    private void forget(SubscriptionRunner runner) {
        store().forget(runner.subscription())
                .subscribe()
                .with(
                        done -> remove(runner),
                        unavailable -> dependencies
                                .delay()
                                .of(BETWEEN_ATTEMPTS_TO_FORGET)
                                .subscribe()
                                .with(passed -> forget(runner)));
    }

    private void remove(SubscriptionRunner runner) {
        Subscription subscription = runner.subscription();
        if (runners.remove(subscription.id(), runner)) {
            removeFromIndexes(runner);
            deleted.remove(subscription.id());
            dependencies.memory().release(PushMemory.weight(subscription));
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

    /** Never fails. */
    private Uni<Void> heartbeat() {
        Instant sent = dependencies.clock().instant();
        return store().heartbeat()
                .chain(ownership -> {
                    if (leaving) {
                        return DONE;
                    }
                    ownership.ended().forEach(this::deletedElsewhere);
                    boolean agrees = ownership.taken().isEmpty() && ownership.owned() == runners.size();
                    return (agrees ? DONE : agree())
                            .invoke(() -> context.lease().extend(sent.plus(SubscriptionStore.LEASE)));
                })
                .onFailure()
                .recoverWithNull();
    }

    /** Runs what this replica is to run, and finds out what became of what it is not. */
    private Uni<Void> agree() {
        return store().owned().chain(owned -> {
            runners.values().stream()
                    .filter(runner -> !owned.contains(runner.subscription().id()))
                    .forEach(SubscriptionRunner::check);
            return Multi.createFrom()
                    .iterable(owned.stream()
                            .filter(id -> !runners.containsKey(id))
                            .toList())
                    .onItem()
                    .transformToUni(id -> store().load(id).invoke(fields -> takeOver(id, fields)))
                    .merge(READ_AT_ONCE)
                    .collect()
                    .last()
                    .replaceWithVoid();
        });
    }

    private synchronized void takeOver(String id, Map<String, String> fields) {
        Optional<StoredSubscription> stored = SubscriptionCodec.decode(fields);
        if (runners.containsKey(id)) {
            return;
        }
        if (stored.isEmpty()) {
            LOG.warnf("Subscription %s has ended: what was kept of it cannot be read", id);
            store().forget(id).subscribe().with(done -> {}, unavailable -> {});
            return;
        }
        Subscription subscription = stored.get().subscription();
        Optional<Grant> grant = access.currentPushGrant(subscription.caller(), subscription.account());
        Optional<Sink> sink = sinks.find(subscription.sink(), subscription.account(), subscription.ratePerMinute());
        Optional<Grant> any =
                grant.or(() -> accounts.find(subscription.account()).map(account -> new Grant(account, false)));
        if (sink.isEmpty() || any.isEmpty()) {
            LOG.warnf(
                    "Subscription %s has ended: the settings no longer have its %s",
                    id, sink.isEmpty() ? "sink" : "account");
            store().forget(subscription).subscribe().with(done -> {}, unavailable -> {});
            return;
        }
        dependencies.memory().take(PushMemory.weight(subscription));
        StoredSubscription allowed =
                grant.isPresent() ? stored.get() : stored.get().revoked();
        SubscriptionRunner runner = new SubscriptionRunner(allowed, any.get(), sink.get(), dependencies, this);
        add(runner);
        runner.begin();
        if (runner.isFinished()) {
            finished(runner);
        }
    }

    private void deletedElsewhere(String id) {
        Optional.ofNullable(runners.get(id)).ifPresent(this::delete);
    }
}
