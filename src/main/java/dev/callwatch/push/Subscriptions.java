package dev.callwatch.push;

import dev.callwatch.access.Caller;
import dev.callwatch.access.CallerLimits;
import dev.callwatch.access.Grant;
import dev.callwatch.access.RateLimited;
import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallGuid;
import dev.callwatch.time.Delay;
import dev.callwatch.time.WallClock;
import dev.callwatch.watch.CallFeed;
import dev.callwatch.watch.PollExecutor;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** The subscriptions of this process. A restart loses them. Safe for concurrent use. */
@Singleton
public class Subscriptions {

    /** No subscription lasts longer. */
    public static final Duration LONGEST = Duration.ofHours(24);

    private static final Logger LOG = Logger.getLogger(Subscriptions.class);

    private static final Duration RETRY_WHEN_FULL = Duration.ofMinutes(1);

    /** How long one that has ended can be read. */
    private static final Duration SHOWN_AFTER_END = Duration.ofHours(1);

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

    private final Sinks sinks;
    private final Handshake handshake;
    private final CallerLimits limits;
    private final SubscriptionRunner.Dependencies dependencies;
    private final Executor executor;
    private final ConcurrentMap<String, SubscriptionRunner> runners = new ConcurrentHashMap<>();
    private final ConcurrentMap<Content, SubscriptionRunner> byContent = new ConcurrentHashMap<>();

    /** By the names of their callers. */
    private final ConcurrentMap<String, Set<SubscriptionRunner>> byCaller = new ConcurrentHashMap<>();

    /** Two subscriptions with the same content are one. */
    private record Content(String caller, AccountKey account, String sink, EventTypes types, Set<CallGuid> calls) {

        private static Content of(Subscription subscription) {
            return new Content(
                    subscription.caller().name(),
                    subscription.account(),
                    subscription.sink(),
                    subscription.types(),
                    subscription.calls());
        }
    }

    @Inject
    Subscriptions(
            PushOptions options,
            Sinks sinks,
            Handshake handshake,
            CallerLimits limits,
            CallFeed feed,
            SinkQueues queues,
            PushEvents events,
            PushMemory memory,
            PushMetrics metrics,
            Clock clock,
            WallClock wallClock,
            Delay delay,
            PollExecutor executor) {
        this(
                sinks,
                handshake,
                limits,
                new SubscriptionRunner.Dependencies(feed, queues, events, memory, metrics, clock, wallClock, delay),
                executor);
        if (options.isUsable()) {
            LOG.info("Subscriptions are kept in the memory of this process: a restart loses them");
        }
    }

    Subscriptions(
            Sinks sinks,
            Handshake handshake,
            CallerLimits limits,
            SubscriptionRunner.Dependencies dependencies,
            Executor executor) {
        this.sinks = sinks;
        this.handshake = handshake;
        this.limits = limits;
        this.dependencies = dependencies;
        this.executor = executor;
        dependencies.metrics().gauge("subscriptions", "Subscriptions whose calls are followed", () -> active().count());
        dependencies
                .metrics()
                .gauge(
                        "pending",
                        "Events that are not delivered yet",
                        () -> runners.values().stream()
                                .mapToInt(runner -> runner.status().deliveries().pending())
                                .sum());
    }

    /**
     * Subscribes. The same subscription twice is one.
     *
     * @param grant what the caller may see of the account
     * @return the subscription; {@link SinkRefused} where the sink may not be called or does not agree to it;
     *     {@link RateLimited} where the caller has too many, or this process has no memory for more
     */
    public Uni<Created> create(Caller caller, Grant grant, Requested requested) {
        return Uni.createFrom().deferred(() -> {
            AccountKey account = grant.account().key();
            Sink sink = sinks.find(requested.sink(), account, OptionalInt.empty())
                    .orElseThrow(() -> new SinkRefused("The sink is not one that this service may call."));
            Subscription wanted = subscription(caller, account, sink.name(), requested, OptionalInt.empty());
            Optional<Created> existing = existing(wanted);
            if (existing.isPresent()) {
                return Uni.createFrom().item(existing.get());
            }
            limits.subscriptions(caller, () -> count(caller));
            Uni<OptionalInt> rate =
                    sinks.isNamed(sink.name()) ? Uni.createFrom().item(OptionalInt.empty()) : handshake.ask(sink);
            return rate.map(allowed -> keep(subscription(caller, account, sink.name(), requested, allowed), grant));
        });
    }

    private synchronized Created keep(Subscription subscription, Grant grant) {
        Optional<Created> existing = existing(subscription);
        if (existing.isPresent()) {
            return existing.get();
        }
        Caller caller = subscription.caller();
        limits.subscriptions(caller, () -> count(caller));
        if (!dependencies.memory().reserve(PushMemory.weight(subscription))) {
            throw new RateLimited("This service has no memory for more subscriptions.", RETRY_WHEN_FULL);
        }
        Sink sink = sinks.find(subscription.sink(), subscription.account(), subscription.ratePerMinute())
                .orElseThrow();
        SubscriptionRunner runner = new SubscriptionRunner(subscription, grant, sink, dependencies, this::finished);
        runners.put(subscription.id(), runner);
        byContent.put(Content.of(subscription), runner);
        byCaller.compute(caller.name(), (name, known) -> {
            Set<SubscriptionRunner> own = known == null ? ConcurrentHashMap.newKeySet() : known;
            own.add(runner);
            return own;
        });
        executor.execute(runner::begin);
        return new Created(runner.status(), true);
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

    /** The subscriptions of a caller to calls of an account, the oldest first; for an hour after their end too. */
    public List<SubscriptionStatus> list(Caller caller, AccountKey account) {
        return own(caller, account)
                .map(SubscriptionRunner::status)
                .sorted(Comparator.comparing(status -> status.subscription().startsAt()))
                .toList();
    }

    /** A subscription of a caller; nothing where it has none of this identifier. */
    public Optional<SubscriptionStatus> find(Caller caller, AccountKey account, String id) {
        return own(caller, account, id).map(SubscriptionRunner::status);
    }

    /**
     * Ends a subscription of a caller, and forgets it. What is not delivered yet is not delivered any more; its sink gets an event
     * about the end.
     *
     * @return whether the caller has one of this identifier
     */
    public boolean delete(Caller caller, AccountKey account, String id) {
        Optional<SubscriptionRunner> runner = own(caller, account, id);
        runner.ifPresent(known -> {
            forget(known);
            known.end(TerminationReason.SUBSCRIPTION_DELETED);
        });
        return runner.isPresent();
    }

    private Optional<Created> existing(Subscription wanted) {
        return Optional.ofNullable(byContent.get(Content.of(wanted)))
                .filter(SubscriptionRunner::isActive)
                .map(runner -> new Created(runner.status(), false));
    }

    private int count(Caller caller) {
        return (int) of(caller).filter(SubscriptionRunner::isActive).count();
    }

    private Stream<SubscriptionRunner> active() {
        return runners.values().stream().filter(SubscriptionRunner::isActive);
    }

    private Stream<SubscriptionRunner> own(Caller caller, AccountKey account) {
        return of(caller).filter(runner -> runner.subscription().belongsTo(caller, account));
    }

    private Stream<SubscriptionRunner> of(Caller caller) {
        return byCaller.getOrDefault(caller.name(), Set.of()).stream();
    }

    private Optional<SubscriptionRunner> own(Caller caller, AccountKey account, String id) {
        return Optional.ofNullable(runners.get(id))
                .filter(runner -> runner.subscription().belongsTo(caller, account));
    }

    private void finished(SubscriptionRunner runner) {
        if (runners.containsKey(runner.subscription().id())) {
            dependencies.delay().of(SHOWN_AFTER_END).subscribe().with(passed -> forget(runner));
        }
    }

    private void forget(SubscriptionRunner runner) {
        Subscription subscription = runner.subscription();
        if (runners.remove(subscription.id(), runner)) {
            byContent.remove(Content.of(subscription), runner);
            byCaller.computeIfPresent(subscription.caller().name(), (caller, own) -> {
                own.remove(runner);
                return own.isEmpty() ? null : own;
            });
            dependencies.memory().release(PushMemory.weight(subscription));
        }
    }
}
