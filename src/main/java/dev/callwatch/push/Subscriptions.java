package dev.callwatch.push;

import dev.callwatch.access.Caller;
import dev.callwatch.access.CallerLimits;
import dev.callwatch.access.Grant;
import dev.callwatch.access.RateLimited;
import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallGuid;
import dev.callwatch.problem.ProblemException;
import dev.callwatch.time.WallClock;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * The subscriptions of callers. Those that this replica runs are in its memory; where the store is durable, all are kept there, and
 * a replica that is gone is replaced within 3 s. Safe for concurrent use.
 */
@Singleton
public class Subscriptions {

    /** No subscription lasts longer. */
    public static final Duration LONGEST = Duration.ofHours(24);

    private static final Logger LOG = Logger.getLogger(Subscriptions.class);
    private static final Duration RETRY_WHEN_FULL = Duration.ofMinutes(1);

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
    private final LocalSubscriptions local;
    private final SubscriptionStore store;
    private final PushMemory memory;
    private final WallClock wallClock;

    Subscriptions(
            Sinks sinks,
            Handshake handshake,
            CallerLimits limits,
            LocalSubscriptions local,
            SubscriptionStore store,
            PushMemory memory,
            WallClock wallClock) {
        this.sinks = sinks;
        this.handshake = handshake;
        this.limits = limits;
        this.local = local;
        this.store = store;
        this.memory = memory;
        this.wallClock = wallClock;
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
                            .orElseThrow(() -> new SinkRefused(
                                    "This service may not call this sink: no setting names it or allows its URL."));
                    Subscription wanted = subscription(caller, account, sink.name(), requested, OptionalInt.empty());
                    Optional<SubscriptionStatus> same = local.active(wanted);
                    if (same.isPresent()) {
                        return Uni.createFrom().item(new Created(same.get(), false));
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
        LOG.debugf("Subscriptions cannot be read or kept now: %s", failure);
        return new StoreUnavailable();
    }

    private Uni<OptionalInt> rate(Sink sink) {
        return sinks.isNamed(sink.name()) ? Uni.createFrom().item(OptionalInt.empty()) : handshake.ask(sink);
    }

    private Uni<Created> create(Subscription subscription, Grant grant, boolean replaceSame) {
        StoredSubscription stored = StoredSubscription.of(subscription);
        int weight = PushMemory.weight(subscription);
        if (!memory.reserve(weight)) {
            throw new RateLimited("This service has no memory for more subscriptions.", RETRY_WHEN_FULL);
        }
        Run run = Run.FIRST;
        return store.create(subscription, run, SubscriptionCodec.encode(stored), replaceSame)
                .onFailure()
                .invoke(unavailable -> memory.release(weight))
                .chain(same -> {
                    if (same.isEmpty()) {
                        return Uni.createFrom().item(started(stored, run, grant));
                    }
                    memory.release(weight);
                    return load(same.get())
                            .map(known -> known.map(StoredSubscription::status)
                                    .filter(status -> status.state() == SubscriptionState.ACTIVE))
                            .chain(status -> status.isPresent()
                                    ? Uni.createFrom().item(new Created(status.get(), false))
                                    : create(subscription, grant, true));
                });
    }

    private Created started(StoredSubscription stored, Run run, Grant grant) {
        Subscription subscription = stored.subscription();
        Sink sink = sinks.find(subscription.sink(), subscription.account(), subscription.ratePerMinute())
                .orElseThrow();
        return local.create(stored, run, grant, sink);
    }

    private Subscription subscription(
            Caller caller, AccountKey account, String sink, Requested requested, OptionalInt ratePerMinute) {
        Instant now = wallClock.now();
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
        if (!store.isDurable()) {
            return Uni.createFrom().item(() -> local.statuses(caller).toList());
        }
        return store.ofCaller(caller.name())
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
        Optional<SubscriptionStatus> here = local.status(id);
        return here.isPresent()
                ? Uni.createFrom().item(here)
                : load(id).map(known -> known.map(StoredSubscription::status));
    }

    private Uni<Optional<StoredSubscription>> load(String id) {
        return store.load(id).map(SubscriptionCodec::decode);
    }

    /** A subscription of a caller; nothing where it has none of this identifier. Or {@link StoreUnavailable}. */
    public Uni<Optional<SubscriptionStatus>> find(Caller caller, AccountKey account, String id) {
        if (!store.isDurable()) {
            return Uni.createFrom().item(local.find(caller, account, id));
        }
        // One that runs here may have been deleted on another replica.
        return store.isOf(caller.name(), id)
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
        Optional<SubscriptionStatus> here = local.find(caller, account, id);
        if (here.isPresent()) {
            return store.hide(here.get().subscription())
                    .invoke(() -> local.delete(id))
                    .replaceWith(true)
                    .onFailure()
                    .transform(Subscriptions::unavailable);
        }
        return find(caller, account, id)
                .chain(found -> found.map(status ->
                                store.requestEnd(status.subscription()).replaceWith(true))
                        .orElseGet(() -> Uni.createFrom().item(false)))
                .onFailure()
                .transform(Subscriptions::unavailable);
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
        return store.isDurable()
                ? store.ofCaller(caller.name())
                        .chain(ids -> ids.size() < most ? Uni.createFrom().item(ids.size()) : active)
                : active;
    }
}
