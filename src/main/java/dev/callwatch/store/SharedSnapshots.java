package dev.callwatch.store;

import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallPosition;
import dev.callwatch.call.CallQuery;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Coordination.Update;
import dev.callwatch.call.LookupOptions;
import dev.callwatch.call.RemoteRevision;
import dev.callwatch.call.SharedCalls;
import dev.callwatch.call.Snapshot;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Response;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The snapshots of calls in Redis. Each is replaced by compare and set; where another replica was faster, both are merged. All of it fails
 * with {@link RedisUnavailable}.
 */
@Singleton
@Typed(SharedSnapshots.class)
class SharedSnapshots implements SharedCalls {

    /** One more than the events that can be replayed: an event is the difference of two statuses. */
    private static final int LONGEST_HISTORY = 33;

    /** After the call was last read. */
    private static final Duration HISTORY_EXPIRY = Duration.ofHours(1);

    /** How many times in a row another replica may be faster. */
    private static final int ATTEMPTS = 5;

    private static final String CHANGED = "changed";
    private static final String ABSENT = "absent";

    private final RedisScripts scripts;
    private final Keys keys;
    private final SnapshotCodec codec;
    private final String replica;
    private final LookupOptions options;
    private final AccountLog log;
    private final Consumer<RemoteRevision> remoteRevisions;

    @Inject
    SharedSnapshots(
            RedisScripts scripts,
            Keys keys,
            SnapshotCodec codec,
            ReplicaId replica,
            LookupOptions options,
            AccountLog log,
            Event<RemoteRevision> remoteRevisions) {
        this(scripts, keys, codec, replica, options, log, remoteRevisions::fire);
    }

    /** @param remoteRevisions called with revisions that this replica has stored, and that its cache does not have */
    SharedSnapshots(
            RedisScripts scripts,
            Keys keys,
            SnapshotCodec codec,
            ReplicaId replica,
            LookupOptions options,
            AccountLog log,
            Consumer<RemoteRevision> remoteRevisions) {
        this.scripts = scripts;
        this.keys = keys;
        this.codec = codec;
        this.replica = replica.name();
        this.options = options;
        this.log = log;
        this.remoteRevisions = remoteRevisions;
    }

    @Override
    public Uni<Update> sync(CallKey key, Snapshot known) {
        return scripts.run(new ScriptCall.GetIfChanged(keys, key, known)).chain(answer -> switch (answer.get(0)
                .toString()) {
            case CHANGED -> merged(key, known, answer);
            case ABSENT ->
                isSame(known, Snapshot.NOTHING)
                        ? Uni.createFrom().item(Update.of(known))
                        : store(new SnapshotChange(key, unsharedBefore(key, known), known), ATTEMPTS);
            default -> Uni.createFrom().item(Update.of(known));
        });
    }

    @Override
    public Uni<List<CallStatus>> history(CallKey key) {
        return scripts.run(new ScriptCall.History(keys, key)).map(entries -> codec.statuses(key, entries));
    }

    @Override
    public Uni<List<CallPosition>> newest(AccountKey account, CallQuery query) {
        return scripts.run(new ScriptCall.NewestCalls(keys, account, query)).map(SharedSnapshots::positions);
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
    Uni<Update> merged(CallKey key, Snapshot known, Response answer) {
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

    /** Whether both are the same for Redis. */
    static boolean isSame(Snapshot one, Snapshot other) {
        return SnapshotCodec.tag(one).equals(SnapshotCodec.tag(other));
    }

    /**
     * Publishes the result of a reading. Where Redis cannot be used it is published later.
     *
     * @return what all know since
     */
    Uni<Update> publish(SnapshotChange change) {
        return store(change, ATTEMPTS).onFailure(RedisUnavailable.class).invoke(() -> shareLater(change));
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
}
