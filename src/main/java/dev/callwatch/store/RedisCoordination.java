package dev.callwatch.store;

import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallPosition;
import dev.callwatch.call.CallQuery;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Coordination;
import dev.callwatch.call.LocalCoordination;
import dev.callwatch.call.SharedCalls;
import dev.callwatch.call.Snapshot;
import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.time.Delay;
import dev.callwatch.time.Race;
import dev.callwatch.time.WallClock;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.mutiny.redis.client.Response;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets one replica at a time read a call, by leases in Redis, and shares what it reads. Where Redis does not answer in time, this replica
 * goes on without it, and both are merged once Redis answers again.
 */
@Singleton
@Typed(RedisCoordination.class)
class RedisCoordination implements Coordination {

    private static final Duration BETWEEN_RENEWALS = Duration.ofSeconds(1);

    /** Longer than the longest deadline of a look-up: a reading that never ends must not keep its lease. */
    private static final int MOST_RENEWALS = 65;

    /** Redis removes a lease that ran out only a moment later. */
    private static final Duration BEYOND_LEASE = Duration.ofMillis(20);

    private static final String CHANGED = "changed";
    private static final String GRANTED = "granted";

    private final RedisScripts scripts;
    private final Keys keys;
    private final SharedSnapshots shared;
    private final LeaseWaiters waiters;
    private final String replica;
    private final Delay delay;
    private final WallClock clock;
    private final Coordination local = new LocalCoordination();
    private final AtomicLong leases = new AtomicLong();

    RedisCoordination(
            RedisScripts scripts,
            Keys keys,
            SharedSnapshots shared,
            LeaseWaiters waiters,
            ReplicaId replica,
            Delay delay,
            WallClock clock) {
        this.scripts = scripts;
        this.keys = keys;
        this.shared = shared;
        this.waiters = waiters;
        this.replica = replica.name();
        this.delay = delay;
        this.clock = clock;
    }

    @Override
    public Uni<LeaseResult> acquire(CallKey key, Snapshot known) {
        return Uni.createFrom().deferred(() -> {
            String token = replica + ":" + leases.incrementAndGet();
            LeaseWaiters.Wait wait = waiters.expect(key);
            return acquire(key, known, token, wait)
                    .onFailure(RedisUnavailable.class)
                    // The lease may be ours although the answer did not arrive; what is read is then published with it.
                    .recoverWithItem(() -> new RedisLease(key, token))
                    .invoke(result -> {
                        if (!(result instanceof HeldElsewhere)) {
                            wait.end();
                        }
                    });
        });
    }

    private Uni<LeaseResult> acquire(CallKey key, Snapshot known, String token, LeaseWaiters.Wait wait) {
        return scripts.run(new ScriptCall.AcquireLease(keys, key, known, token, StoreOptions.LEASE))
                .chain(answer -> switch (answer.get(0).toString()) {
                    case CHANGED -> shared.merged(key, known, answer).map(update -> update);
                    case GRANTED -> Uni.createFrom().item(new RedisLease(key, token));
                    default -> Uni.createFrom().item(held(key, known, wait, answer));
                });
    }

    private LeaseResult held(CallKey key, Snapshot known, LeaseWaiters.Wait wait, Response answer) {
        Duration lease = Duration.ofMillis(Math.max(0, answer.get(1).toLong())).plus(BEYOND_LEASE);
        Uni<Optional<ReplicaMessage>> expired = delay.of(lease).replaceWith(Optional.empty());
        Uni<Optional<ReplicaMessage>> message = Race.between(wait.message(), expired)
                .onTermination()
                .invoke(wait::end)
                .memoize()
                .indefinitely();
        // The wait ends with the lease, also where nobody subscribes to its outcome.
        message.subscribe().with(ended -> {});
        return new HeldElsewhere(message.chain(received -> received.map(some -> outcome(key, known, some))
                .orElseGet(() -> Uni.createFrom().item(Optional.empty()))));
    }

    private Uni<Optional<Update>> outcome(CallKey key, Snapshot known, ReplicaMessage message) {
        return message instanceof ReplicaMessage.GivenUp failed
                ? Uni.createFrom().item(Optional.of(Update.of(Snapshot.NOTHING.failed(failed.reason(), clock.now()))))
                : sync(key, known)
                        .map(update ->
                                Optional.of(update).filter(some -> !SharedSnapshots.isSame(some.snapshot(), known)));
    }

    @Override
    public Uni<Update> sync(CallKey key, Snapshot known) {
        return shared.sync(key, known).onFailure(RedisUnavailable.class).recoverWithUni(() -> local.sync(key, known));
    }

    @Override
    public Uni<List<CallStatus>> history(CallKey key) {
        return shared.history(key).onFailure(RedisUnavailable.class).recoverWithUni(() -> local.history(key));
    }

    @Override
    public Uni<List<CallPosition>> newest(AccountKey account, CallQuery query) {
        return shared.newest(account, query)
                .onFailure(RedisUnavailable.class)
                .recoverWithUni(() -> local.newest(account, query));
    }

    @Override
    public SharedCalls shared() {
        return shared;
    }

    /** A lease of this replica, renewed until it ends. */
    private final class RedisLease implements Lease {

        private final CallKey key;
        private final String token;
        private final Cancellable renewals;

        private RedisLease(CallKey key, String token) {
            this.key = key;
            this.token = token;
            this.renewals = delay.of(BETWEEN_RENEWALS)
                    .chain(() -> scripts.run(new ScriptCall.RenewLease(keys, key, token, StoreOptions.LEASE)))
                    .onFailure(RedisUnavailable.class)
                    .recoverWithNull()
                    .replaceWith(true)
                    .repeat()
                    .atMost(MOST_RENEWALS)
                    .subscribe()
                    .with(renewed -> {});
        }

        @Override
        public Uni<Update> publish(Snapshot before, Snapshot now) {
            renewals.cancel();
            return shared.publish(new SnapshotChange(key, before, now, token))
                    .onFailure(RedisUnavailable.class)
                    .recoverWithItem(() -> Update.of(now));
        }

        @Override
        public Uni<Void> abort(UpstreamFailure reason) {
            renewals.cancel();
            return scripts.run(new ScriptCall.ReleaseLease(keys, key, token, new ReplicaMessage.GivenUp(key, reason)))
                    .onFailure(RedisUnavailable.class)
                    .recoverWithNull()
                    .replaceWithVoid();
        }
    }
}
