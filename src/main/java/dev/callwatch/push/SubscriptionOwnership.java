package dev.callwatch.push;

import dev.callwatch.access.AccessControl;
import dev.callwatch.access.Grant;
import dev.callwatch.account.Accounts;
import dev.callwatch.call.SharedUnavailable;
import dev.callwatch.time.Delay;
import dev.callwatch.time.Race;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Agrees with the other replicas on who runs which subscription, and who follows which account for a sink, by a heartbeat
 * through the store. A replica that is gone is
 * replaced within 3 s. Does nothing where subscriptions are only in the memory of this process.
 */
@Singleton
class SubscriptionOwnership {

    private static final Logger LOG = Logger.getLogger(SubscriptionOwnership.class);

    /** Subscriptions of another replica that are read at the same time. */
    private static final int READ_AT_ONCE = 16;

    private static final int HEARTBEATS_PER_ACQUISITION = 6;

    /** A store that takes longer for one of them must not keep this replica from delivering all others. */
    private static final Duration LONGEST_CHECK = Duration.ofSeconds(1);

    private static final Uni<Void> DONE = Uni.createFrom().voidItem();

    private final PushOptions options;
    private final Sinks sinks;
    private final AccessControl access;
    private final Accounts accounts;
    private final LocalSubscriptions local;
    private final SinkFollowers followers;
    private final SubscriptionStore store;
    private final RunLease lease;
    private final Clock clock;
    private final Delay delay;

    private Cancellable heartbeats = () -> {};
    private long heartbeatsSent;
    private volatile boolean leaving;

    SubscriptionOwnership(
            PushOptions options,
            Sinks sinks,
            AccessControl access,
            Accounts accounts,
            LocalSubscriptions local,
            SinkFollowers followers,
            SubscriptionStore store,
            RunLease lease,
            PushMetrics metrics,
            Clock clock,
            Delay delay) {
        this.options = options;
        this.sinks = sinks;
        this.access = access;
        this.accounts = accounts;
        this.local = local;
        this.followers = followers;
        this.store = store;
        this.lease = lease;
        this.clock = clock;
        this.delay = delay;
        metrics.gauge("pending", "Events that are not delivered yet", () -> local.pending() + followers.pending());
    }

    void begin(@Observes StartupEvent start) {
        if (!store.isDurable()) {
            if (options.isUsable()) {
                LOG.info("Subscriptions are kept in the memory of this process: a restart loses them");
            }
            followers.begin();
            return;
        }
        heartbeats = Uni.createFrom()
                .deferred(this::heartbeat)
                .chain(this::acquire)
                .chain(() -> delay.of(SubscriptionStore.HEARTBEAT_INTERVAL))
                .replaceWith(true)
                .repeat()
                .until(again -> leaving)
                .subscribe()
                .with(sent -> {});
    }

    /** Others take over at once. */
    void leave(@Observes ShutdownDelayInitiatedEvent end) {
        leaving = true;
        lease.end();
        if (store.isDurable()) {
            store.leave().subscribe().with(left -> {}, unavailable -> {});
        }
    }

    void end(@Observes ShutdownEvent end) {
        heartbeats.cancel();
    }

    /** What no replica runs is looked for now and then: the heartbeats hand over what one ran. Never fails. */
    private Uni<Void> acquire() {
        return isTimeToCompare() ? followers.acquire() : DONE;
    }

    /** Now and then, each time that many heartbeats were sent. */
    private boolean isTimeToCompare() {
        return heartbeatsSent % HEARTBEATS_PER_ACQUISITION == 1;
    }

    /** Never fails. */
    private Uni<Void> heartbeat() {
        Instant sent = clock.instant();
        heartbeatsSent++;
        return store.heartbeat()
                .chain(ownership -> {
                    if (leaving) {
                        return DONE;
                    }
                    ownership.ended().forEach(local::delete);
                    // After a lapse of the lease others may have taken over, and lost, what this replica runs.
                    // Equal numbers need not be the same subscriptions, so they are compared one by one now and then.
                    boolean agrees = !isTimeToCompare()
                            && lease.isHeld()
                            && ownership.taken().isEmpty()
                            && ownership.owned() == local.count() + followers.size();
                    return (agrees ? DONE : agree()).invoke(() -> lease.extend(sent.plus(SubscriptionStore.LEASE)));
                })
                .onFailure(defect -> !(defect instanceof SharedUnavailable))
                .invoke(defect -> LOG.error("This replica could not find out which subscriptions it runs", defect))
                .onFailure()
                .recoverWithNull();
    }

    /** Runs what this replica is to run, and finds out what became of what it is not. */
    private Uni<Void> agree() {
        return store.owned().chain(owned -> check(owned).chain(() -> takeOver(owned)));
    }

    /** What another replica has taken over is not to be delivered here once the lease is extended. */
    private Uni<Void> check(Map<String, Run> owned) {
        return Race.between(
                Uni.join()
                        .all(local.check(owned), followers.check(owned))
                        .andFailFast()
                        .replaceWithVoid(),
                delay.of(LONGEST_CHECK));
    }

    private Uni<Void> takeOver(Map<String, Run> owned) {
        return Multi.createFrom()
                .iterable(owned.keySet().stream()
                        .filter(id -> !local.contains(id) && !followers.runs(id))
                        .toList())
                .onItem()
                .transformToUni(id -> store.load(id).invoke(fields -> takeOver(id, owned.get(id), fields)))
                .merge(READ_AT_ONCE)
                .collect()
                .last()
                .replaceWithVoid();
    }

    private void takeOver(String id, Run run, Map<String, String> fields) {
        if (SinkFollowers.isFollower(id)) {
            followers.takeOver(id, run, fields);
            return;
        }
        Optional<StoredSubscription> stored = SubscriptionCodec.decode(fields);
        if (local.contains(id)) {
            return;
        }
        if (stored.isEmpty()) {
            LOG.warnf("Subscription %s has ended: what was kept of it cannot be read", id);
            store.forget(id).subscribe().with(done -> {}, unavailable -> {});
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
            store.forget(subscription).subscribe().with(done -> {}, unavailable -> {});
            return;
        }
        local.takeOver(grant.isPresent() ? stored.get() : stored.get().revoked(), run, any.get(), sink.get());
    }
}
