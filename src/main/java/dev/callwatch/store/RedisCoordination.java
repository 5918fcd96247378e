package dev.callwatch.store;

import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallPosition;
import dev.callwatch.call.CallQuery;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Coordination;
import dev.callwatch.call.LocalCoordination;
import dev.callwatch.call.LookupOptions;
import dev.callwatch.call.RemoteRevision;
import dev.callwatch.call.SharedCalls;
import dev.callwatch.call.Snapshot;
import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.time.Delay;
import dev.callwatch.time.Race;
import dev.callwatch.time.WallClock;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.mutiny.redis.client.Response;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * What replicas know together, in Redis. Where Redis does not answer in time, this replica goes on without it, and both are
 * merged once Redis answers again.
 */
@Singleton
@Typed(RedisCoordination.class)
class RedisCoordination implements Coordination {

    private static final Duration BETWEEN_RENEWALS = Duration.ofSeconds(1);

    /** Longer than the longest deadline of a look-up: a reading that never ends must not keep its lease. */
    private static final int MOST_RENEWALS = 65;

    /** Redis removes a lease that ran out only a moment later. */
    private static final Duration BEYOND_LEASE = Duration.ofMillis(20);

    /** One more than the events that can be replayed: an event is the difference of two statuses. */
    private static final int LONGEST_HISTORY = 33;

    /** After the call was last read. */
    private static final Duration HISTORY_EXPIRY = Duration.ofHours(1);

    /** Another replica may be faster so many times in a row. */
    private static final int ATTEMPTS = 5;

    private static final String CHANGED = "changed";
    private static final String GRANTED = "granted";
    private static final String ABSENT = "absent";

    private final RedisScripts scripts;
    private final Keys keys;
    private final SnapshotCodec codec;
    private final LeaseWaiters waiters;
    private final String replica;
    private final LookupOptions options;
    private final Delay delay;
    private final WallClock clock;
    private final AccountLog log;
    private final Consumer<RemoteRevision> remoteRevisions;
    private final SharedCalls shared = new Shared();
    private final Coordination local = new LocalCoordination();
    private final AtomicLong leases = new AtomicLong();

    @Inject
    RedisCoordination(
            RedisScripts scripts,
            Keys keys,
            SnapshotCodec codec,
            LeaseWaiters waiters,
            ReplicaId replica,
            LookupOptions options,
            Delay delay,
            WallClock clock,
            AccountLog log,
            Event<RemoteRevision> remoteRevisions) {
        this(scripts, keys, codec, waiters, replica, options, delay, clock, log, remoteRevisions::fire);
    }

    /** @param remoteRevisions called with revisions that this replica has stored, and that its cache does not have */
    RedisCoordination(
            RedisScripts scripts,
            Keys keys,
            SnapshotCodec codec,
            LeaseWaiters waiters,
            ReplicaId replica,
            LookupOptions options,
            Delay delay,
            WallClock clock,
            AccountLog log,
            Consumer<RemoteRevision> remoteRevisions) {
        this.scripts = scripts;
        this.keys = keys;
        this.codec = codec;
        this.waiters = waiters;
        this.replica = replica.name();
        this.options = options;
        this.delay = delay;
        this.clock = clock;
        this.log = log;
        this.remoteRevisions = remoteRevisions;
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
                    case CHANGED -> merged(key, known, answer).map(update -> update);
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
                : sync(key, known).map(update -> Optional.of(update).filter(some -> !isSame(some.snapshot(), known)));
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

    /** Fails with {@link RedisUnavailable}. */
    private final class Shared implements SharedCalls {

        @Override
        public Uni<Update> sync(CallKey key, Snapshot known) {
            return scripts.run(new ScriptCall.GetIfChanged(keys, key, known)).chain(answer -> switch (answer.get(0)
                    .toString()) {
                case CHANGED -> merged(key, known, answer);
                case ABSENT ->
                    isSame(known, Snapshot.NOTHING)
                            ? local.sync(key, known)
                            : store(new SnapshotChange(key, unsharedBefore(key, known), known), ATTEMPTS);
                default -> local.sync(key, known);
            });
        }

        @Override
        public Uni<List<CallStatus>> history(CallKey key) {
            return scripts.run(new ScriptCall.History(keys, key)).map(entries -> codec.statuses(key, entries));
        }

        @Override
        public Uni<List<CallPosition>> newest(AccountKey account, CallQuery query) {
            return scripts.run(new ScriptCall.NewestCalls(keys, account, query)).map(RedisCoordination::positions);
        }
    }

    /** GUID and revision in turns. */
    private static List<CallPosition> positions(Response answer) {
        List<CallPosition> positions = new ArrayList<>();
        for (int i = 0; i + 1 < answer.size(); i += 2) {
            positions.add(new CallPosition(
                    answer.get(i + 1).toLong(), new CallGuid(answer.get(i).toString())));
        }
        return positions;
    }

    /** Redis has another snapshot. Where this replica knows more than that, it is stored. */
    private Uni<Update> merged(CallKey key, Snapshot known, Response answer) {
        Update update = update(key, answer);
        Snapshot merged = update.snapshot().merge(known);
        return isSame(merged, update.snapshot())
                ? Uni.createFrom().item(update)
                : storeAfter(update, new SnapshotChange(key, update.snapshot(), merged), ATTEMPTS);
    }

    /** Stores what was made of an update. */
    private Uni<Update> storeAfter(Update update, SnapshotChange change, int attempts) {
        return store(change, attempts)
                .map(stored -> new Update(stored.snapshot(), joined(update.since(), stored.since())));
    }

    private static boolean isSame(Snapshot one, Snapshot other) {
        return SnapshotCodec.tag(one).equals(SnapshotCodec.tag(other));
    }

    private Uni<Update> store(SnapshotChange change, int attempts) {
        CallKey key = change.key();
        return scripts.run(compareAndSet(change))
                .chain(answer -> answer.get(0).toString().equals(CHANGED)
                        ? again(change, update(key, answer), attempts)
                        : Uni.createFrom().item(Update.of(change.now())).invoke(() -> log.append(change)));
    }

    /** Whether Redis has it is not known: an answer may be lost, or late, after the script has run. */
    private void shareLater(SnapshotChange change) {
        if (change.revision() > 0) {
            log.unshared().add(change, () -> share(change));
        }
    }

    /** What the log says has changed by a revision that Redis has lost, or never had. */
    private Snapshot unsharedBefore(CallKey key, Snapshot now) {
        return log.unshared().before(key, now.revision()).orElse(Snapshot.NOTHING);
    }

    private Uni<Void> share(SnapshotChange change) {
        CallKey key = change.key();
        Snapshot now = change.now();
        return scripts.run(new ScriptCall.GetIfChanged(keys, key, now)).chain(answer -> switch (answer.get(0)
                .toString()) {
            case CHANGED -> merged(key, now, answer).chain(update -> afterSharing(change, update));
            case ABSENT ->
                store(new SnapshotChange(key, change.before(), now), ATTEMPTS)
                        .chain(update -> afterSharing(change, update));
            default -> log.appendMissing(change);
        });
    }

    /** The same revision may have been observed again since: nobody else appends it with what was before it. */
    private Uni<Void> afterSharing(SnapshotChange change, Update update) {
        long revision = update.snapshot().revision();
        if (revision > change.revision()) {
            remoteRevisions.accept(new RemoteRevision(change.key(), revision));
        }
        return revision == change.revision()
                ? log.appendMissing(change)
                : Uni.createFrom().voidItem();
    }

    private ScriptCall compareAndSet(SnapshotChange change) {
        Snapshot now = change.now();
        return new ScriptCall.CompareAndSet(
                keys,
                change.key(),
                change.before(),
                change.token(),
                new ReplicaMessage.Kept(change.key(), now.revision(), replica),
                expiry(now),
                change.revision(),
                LONGEST_HISTORY,
                HISTORY_EXPIRY,
                codec.encode(now));
    }

    /** Another replica was faster: both are merged. */
    private Uni<Update> again(SnapshotChange change, Update update, int attempts) {
        if (attempts <= 1) {
            return Uni.createFrom().failure(new RedisUnavailable("other replicas were faster each time"));
        }
        Snapshot merged = update.snapshot().merge(change.now());
        return storeAfter(
                update, new SnapshotChange(change.key(), update.snapshot(), merged, change.token()), attempts - 1);
    }

    private Duration expiry(Snapshot snapshot) {
        return snapshot.status().isPresent() ? options.retention() : options.missingRetention();
    }

    private Update update(CallKey key, Response answer) {
        Snapshot snapshot = codec.snapshot(key, RedisScripts.fields(answer.get(1)));
        snapshot.status().ifPresent(status -> log.ensureAppended(key, status));
        return new Update(
                snapshot,
                joined(
                        codec.statuses(key, answer.get(2)),
                        snapshot.status().stream().toList()));
    }

    /** The revisions of both, each once. */
    private static List<CallStatus> joined(List<CallStatus> first, List<CallStatus> then) {
        long last = first.isEmpty() ? 0 : first.get(first.size() - 1).revision();
        List<CallStatus> all = new ArrayList<>(first);
        then.stream().filter(status -> status.revision() > last).forEach(all::add);
        return List.copyOf(all);
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
            SnapshotChange change = new SnapshotChange(key, before, now, token);
            return store(change, ATTEMPTS)
                    .onFailure(RedisUnavailable.class)
                    .invoke(() -> shareLater(change))
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
