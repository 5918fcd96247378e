package dev.callwatch.push;

import dev.callwatch.account.Account;
import dev.callwatch.account.Accounts;
import dev.callwatch.call.ReplicasReconnected;
import dev.callwatch.watch.PollExecutor;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;

/**
 * The accounts that are followed for sinks which get the events of every call. Each pair of an account and a sink is run by one replica;
 * {@link SubscriptionOwnership} takes them over together with subscriptions. Safe for concurrent use.
 */
@Singleton
class SinkFollowers implements SinkFollower.Owner {

    private static final Logger LOG = Logger.getLogger(SinkFollowers.class);

    /** No subscription is named so. */
    private static final String PREFIX = "follow:";

    /**
     * The circuits of replicas close within 5 s after Redis is back. If it is empty then, the replica that runs something writes it again,
     * with what is not delivered; who acquired it before that would begin with nothing. A replica that has just started does not know
     * whether it was lost.
     */
    private static final Duration UNTIL_OTHERS_ARE_BACK = Duration.ofSeconds(10);

    /** Where Redis is lost again and again, somebody has to begin. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private record Pair(Account account, Sink sink) {}

    private final Map<String, Pair> wanted = new TreeMap<>();
    private final SinkFollower.Dependencies dependencies;
    private final SubscriptionStore store;
    private final Clock clock;
    private final Executor executor;
    private final ConcurrentMap<String, SinkFollower> running = new ConcurrentHashMap<>();
    private Instant waitsSince;
    private boolean hasAcquired;
    private volatile Instant acquiresFrom;

    SinkFollowers(
            Sinks sinks,
            Accounts accounts,
            SinkFollower.Dependencies dependencies,
            SubscriptionStore store,
            PushMetrics metrics,
            Clock clock,
            PollExecutor executor) {
        this.dependencies = dependencies;
        this.store = store;
        this.clock = clock;
        this.executor = executor;
        waitsSince = clock.instant();
        acquiresFrom = waitsSince.plus(UNTIL_OTHERS_ARE_BACK);
        sinks.following()
                .forEach(sink -> accounts.all().stream()
                        .filter(account -> sink.isFor(account.key()))
                        .forEach(account ->
                                wanted.put(PREFIX + sink.name() + ":" + account.key(), new Pair(account, sink))));
        metrics.gauge(
                "follow.active", "Accounts that this replica follows for a sink", () -> running.size() - stopped());
        metrics.gauge(
                "follow.stopped",
                "Accounts that are not followed any more for a sink that answered 410",
                this::stopped);
    }

    private long stopped() {
        return running.values().stream().filter(SinkFollower::isStopped).count();
    }

    /** Whether something that is kept is an account that is followed, rather than a subscription. */
    static boolean isFollower(String id) {
        return id.startsWith(PREFIX);
    }

    /** Follows all of them, where nothing is shared. */
    void begin() {
        wanted.forEach((id, pair) -> begin(id, Run.FIRST, pair, StoredFollow.NOTHING));
    }

    synchronized void reconnected(@Observes ReplicasReconnected reconnected) {
        Instant now = clock.instant();
        if (hasAcquired) {
            hasAcquired = false;
            waitsSince = now;
        }
        Instant others = now.plus(UNTIL_OTHERS_ARE_BACK);
        Instant latest = waitsSince.plus(LONGEST_WAIT);
        acquiresFrom = others.isBefore(latest) ? others : latest;
    }

    /** Lets this replica run those that none runs. Never fails. */
    Uni<Void> acquire() {
        if (clock.instant().isBefore(acquiresFrom)) {
            return Uni.createFrom().voidItem();
        }
        Map<String, String> nothing = FollowCodec.encode(StoredFollow.NOTHING);
        return Multi.createFrom()
                .iterable(wanted.keySet().stream()
                        .filter(id -> !running.containsKey(id))
                        .toList())
                .onItem()
                .transformToUniAndConcatenate(id -> store.acquire(id, Run.FIRST, nothing))
                .onItem()
                .ignoreAsUni()
                .invoke(this::acquired)
                .onFailure()
                .recoverWithNull();
    }

    private synchronized void acquired() {
        hasAcquired = true;
    }

    /** This replica runs it from now on. */
    synchronized void takeOver(String id, Run run, Map<String, String> fields) {
        if (running.containsKey(id)) {
            return;
        }
        Optional<Pair> pair = Optional.ofNullable(wanted.get(id));
        Optional<StoredFollow> stored = FollowCodec.decode(fields);
        if (pair.isEmpty() || stored.isEmpty()) {
            LOG.warnf(
                    "Events are no longer pushed for %s: %s",
                    id, pair.isEmpty() ? "the settings no longer have it" : "what was kept of it cannot be read");
            store.forget(id).subscribe().with(done -> {}, unavailable -> {});
            return;
        }
        begin(id, run, pair.get(), stored.get());
    }

    private void begin(String id, Run run, Pair pair, StoredFollow stored) {
        SinkFollower follower = new SinkFollower(id, run, pair.account(), pair.sink(), stored, dependencies, this);
        running.put(id, follower);
        LOG.debugf("This replica runs %s, in run %s", id, run);
        executor.execute(follower::begin);
    }

    @Override
    public void taken(SinkFollower follower) {
        LOG.debugf("Another replica runs %s", follower.run().id());
        follower.suspend();
        running.remove(follower.run().id(), follower);
    }

    /**
     * Compares what runs here with what the store says.
     *
     * @param owned what this replica is to run
     * @return completes once it is known of all whether they run here; never fails
     */
    Uni<Void> check(Map<String, Run> owned) {
        return Owned.check(running.values(), owned, this::taken);
    }

    boolean runs(String id) {
        return running.containsKey(id);
    }

    /** How many this replica runs. */
    int size() {
        return running.size();
    }

    /** How many events are not delivered yet. */
    int pending() {
        return running.values().stream().mapToInt(SinkFollower::pending).sum();
    }
}
