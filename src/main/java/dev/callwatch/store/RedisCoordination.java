package dev.callwatch.store;

import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Coordination;
import dev.callwatch.call.LocalCoordination;
import dev.callwatch.call.LookupOptions;
import dev.callwatch.call.Snapshot;
import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.time.Delay;
import dev.callwatch.time.Race;
import dev.callwatch.time.WallClock;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.mutiny.redis.client.Response;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What replicas know together, in Redis. Whatever Redis does not do in time this replica does on its own, and it is brought
 * together once Redis answers again.
 */
@Singleton
@Typed(RedisCoordination.class)
class RedisCoordination implements Coordination {

    /** A replica that is killed while it reads holds its calls up for so long. */
    private static final Duration LEASE = Duration.ofSeconds(3);

    private static final Duration BETWEEN_RENEWALS = Duration.ofSeconds(1);

    /** Longer than the longest deadline of a look-up: a reading that never ends must not keep its lease. */
    private static final int MOST_RENEWALS = 65;

    /** A lease that ran out is gone only a moment later. */
    private static final Duration BEYOND_LEASE = Duration.ofMillis(20);

    /** One more than the events that are told: an event is what lies between two statuses. */
    private static final int HISTORY = 33;

    private static final Duration HISTORY_KEPT = Duration.ofHours(1);

    /** Somebody else may be faster so many times in a row. */
    private static final int ATTEMPTS = 5;

    private static final String CHANGED = "changed";
    private static final String GRANTED = "granted";
    private static final String ABSENT = "absent";
    private static final String NO_LEASE = "";

    private final RedisScripts scripts;
    private final Keys keys;
    private final SnapshotCodec values;
    private final LeaseWaiters readers;
    private final String replica;
    private final LookupOptions options;
    private final Delay delay;
    private final WallClock clock;
    private final Coordination alone = new LocalCoordination();
    private final AtomicLong leases = new AtomicLong();

    @Inject
    RedisCoordination(
            RedisScripts scripts,
            Keys keys,
            SnapshotCodec values,
            LeaseWaiters readers,
            ReplicaId replica,
            LookupOptions options,
            Delay delay,
            WallClock clock) {
        this.scripts = scripts;
        this.keys = keys;
        this.values = values;
        this.readers = readers;
        this.replica = replica.name();
        this.options = options;
        this.delay = delay;
        this.clock = clock;
    }

    @Override
    public Uni<LeaseResult> acquire(CallKey key, Snapshot known) {
        return Uni.createFrom().deferred(() -> {
            String token = replica + ":" + leases.incrementAndGet();
            LeaseWaiters.Wait wait = readers.expect(key);
            return acquire(key, known, token, wait)
                    .onFailure(RedisUnavailable.class)
                    // The lease may be there although its answer was not; what is read is shared if that is possible
                    // then.
                    .recoverWithItem(() -> new Held(key, token))
                    .invoke(claim -> {
                        if (!(claim instanceof HeldElsewhere)) {
                            wait.end();
                        }
                    });
        });
    }

    private Uni<LeaseResult> acquire(CallKey key, Snapshot known, String token, LeaseWaiters.Wait wait) {
        List<String> arguments = List.of(
                SnapshotCodec.tag(known), Long.toString(known.revision()), token, Long.toString(LEASE.toMillis()));
        return scripts.run(
                        RedisScript.ACQUIRE_LEASE,
                        List.of(keys.call(key), keys.lease(key), keys.history(key)),
                        arguments)
                .chain(answer -> switch (answer.get(0).toString()) {
                    case CHANGED -> brought(key, known, answer).map(told -> told);
                    case GRANTED -> Uni.createFrom().item(new Held(key, token));
                    default -> Uni.createFrom().item(taken(key, known, wait, answer));
                });
    }

    private LeaseResult taken(CallKey key, Snapshot known, LeaseWaiters.Wait wait, Response answer) {
        Duration lease = Duration.ofMillis(Math.max(0, answer.get(1).toLong())).plus(BEYOND_LEASE);
        Uni<Optional<ReplicaMessage>> gone = delay.of(lease).replaceWith(Optional.empty());
        return new HeldElsewhere(Race.between(wait.notice(), gone)
                .onTermination()
                .invoke(wait::end)
                .chain(notice -> notice.map(heard -> outcome(key, known, heard))
                        .orElseGet(() -> Uni.createFrom().item(Optional.empty()))));
    }

    private Uni<Optional<Update>> outcome(CallKey key, Snapshot known, ReplicaMessage notice) {
        return notice instanceof ReplicaMessage.GivenUp given
                ? Uni.createFrom().item(Optional.of(Update.of(Snapshot.NOTHING.failed(given.reason(), clock.now()))))
                : sync(key, known).map(told -> Optional.of(told).filter(some -> !isSame(some.snapshot(), known)));
    }

    @Override
    public Uni<Update> sync(CallKey key, Snapshot known) {
        return scripts.run(
                        RedisScript.GET_IF_CHANGED,
                        List.of(keys.call(key), keys.history(key)),
                        List.of(SnapshotCodec.tag(known), Long.toString(known.revision())))
                .chain(answer -> switch (answer.get(0).toString()) {
                    case CHANGED -> brought(key, known, answer);
                    case ABSENT ->
                        isSame(known, Snapshot.NOTHING)
                                ? alone.sync(key, known)
                                : keep(new Change(key, Snapshot.NOTHING, known, NO_LEASE), ATTEMPTS);
                    default -> alone.sync(key, known);
                })
                .onFailure(RedisUnavailable.class)
                .recoverWithUni(() -> alone.sync(key, known));
    }

    @Override
    public Uni<List<CallStatus>> history(CallKey key) {
        return scripts.run(RedisScript.HISTORY, List.of(keys.history(key)), List.of())
                .map(entries -> statuses(key, entries))
                .onFailure(RedisUnavailable.class)
                .recoverWithUni(() -> alone.history(key));
    }

    /** Somebody else knows something: what is known here may be more all the same, and is then shared. */
    private Uni<Update> brought(CallKey key, Snapshot known, Response answer) {
        Update told = told(key, answer);
        Snapshot merged = told.snapshot().with(known);
        return isSame(merged, told.snapshot())
                ? Uni.createFrom().item(told)
                : keepAfter(told, new Change(key, told.snapshot(), merged, NO_LEASE), ATTEMPTS);
    }

    /** Keeps something that was made of what was told. */
    private Uni<Update> keepAfter(Update told, Change change, int attempts) {
        return keep(change, attempts).map(kept -> new Update(kept.snapshot(), joined(told.since(), kept.since())));
    }

    private static boolean isSame(Snapshot one, Snapshot other) {
        return SnapshotCodec.tag(one).equals(SnapshotCodec.tag(other));
    }

    /**
     * Something to keep.
     *
     * @param before what is expected to be kept now
     * @param token of the lease that ends by it
     */
    private record Change(CallKey key, Snapshot before, Snapshot now, String token) {}

    private Uni<Update> keep(Change change, int attempts) {
        CallKey key = change.key();
        Snapshot now = change.now();
        boolean isRevision = now.revision() > change.before().revision();
        List<String> arguments = new ArrayList<>(List.of(
                SnapshotCodec.tag(change.before()),
                Long.toString(change.before().revision()),
                change.token(),
                keys.notices(),
                new ReplicaMessage.Kept(key, now.revision(), replica).text(),
                Long.toString(keptFor(now).toMillis()),
                Long.toString(isRevision ? now.revision() : 0),
                Integer.toString(HISTORY),
                Long.toString(HISTORY_KEPT.toMillis())));
        values.of(now).forEach((field, value) -> arguments.addAll(List.of(field, value)));
        return scripts.run(
                        RedisScript.COMPARE_AND_SET,
                        List.of(keys.call(key), keys.lease(key), keys.history(key)),
                        arguments)
                .chain(answer -> answer.get(0).toString().equals(CHANGED)
                        ? again(change, told(key, answer), attempts)
                        : Uni.createFrom().item(Update.of(now)));
    }

    /** Somebody was faster: what both know is brought together. */
    private Uni<Update> again(Change change, Update told, int attempts) {
        if (attempts <= 1) {
            return Uni.createFrom().failure(new RedisUnavailable("others were faster each time"));
        }
        Snapshot merged = told.snapshot().with(change.now());
        return keepAfter(told, new Change(change.key(), told.snapshot(), merged, change.token()), attempts - 1);
    }

    private Duration keptFor(Snapshot snapshot) {
        return snapshot.status().isPresent() ? options.retention() : options.missingRetention();
    }

    private Update told(CallKey key, Response answer) {
        Snapshot snapshot = values.snapshot(key, fields(answer.get(1)));
        return new Update(
                snapshot,
                joined(statuses(key, answer.get(2)), snapshot.status().stream().toList()));
    }

    private List<CallStatus> statuses(CallKey key, Response entries) {
        try {
            List<CallStatus> statuses = new ArrayList<>();
            entries.forEach(entry -> statuses.add(values.status(key, fields(entry.get(1)))));
            return statuses;
        } catch (UpstreamFailure.Malformed | IllegalArgumentException unreadable) {
            // The snapshot says where the call stands.
            return List.of();
        }
    }

    /** The revisions of both, each once. */
    private static List<CallStatus> joined(List<CallStatus> first, List<CallStatus> then) {
        long last = first.isEmpty() ? 0 : first.get(first.size() - 1).revision();
        List<CallStatus> all = new ArrayList<>(first);
        then.stream().filter(status -> status.revision() > last).forEach(all::add);
        return List.copyOf(all);
    }

    /** Field and value in turns, as scripts answer whatever the protocol. */
    private static Map<String, String> fields(Response response) {
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i + 1 < response.size(); i += 2) {
            fields.put(response.get(i).toString(), response.get(i + 1).toString());
        }
        return fields;
    }

    /** A lease of this replica, renewed until it ends. */
    private final class Held implements Lease {

        private final CallKey key;
        private final String token;
        private final Cancellable renewals;

        private Held(CallKey key, String token) {
            this.key = key;
            this.token = token;
            this.renewals = delay.of(BETWEEN_RENEWALS)
                    .chain(() -> scripts.run(
                            RedisScript.RENEW_LEASE,
                            List.of(keys.lease(key)),
                            List.of(token, Long.toString(LEASE.toMillis()))))
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
            return RedisCoordination.this
                    .keep(new Change(key, before, now, token), ATTEMPTS)
                    .onFailure(RedisUnavailable.class)
                    .recoverWithItem(() -> Update.of(now));
        }

        @Override
        public Uni<Void> abort(UpstreamFailure reason) {
            renewals.cancel();
            return scripts.run(
                            RedisScript.RELEASE_LEASE,
                            List.of(keys.lease(key)),
                            List.of(token, keys.notices(), new ReplicaMessage.GivenUp(key, reason).text()))
                    .onFailure(RedisUnavailable.class)
                    .recoverWithNull()
                    .replaceWithVoid();
        }
    }
}
