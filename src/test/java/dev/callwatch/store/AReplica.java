package dev.callwatch.store;

import dev.callwatch.account.Account;
import dev.callwatch.account.AnAccount;
import dev.callwatch.call.CacheDirectives;
import dev.callwatch.call.CallChanged;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallReader;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Calls;
import dev.callwatch.call.CallsInVirtualTime;
import dev.callwatch.call.LogAppended;
import dev.callwatch.call.LookupOptions;
import dev.callwatch.call.LookupResult;
import dev.callwatch.call.ReplicasReconnected;
import dev.callwatch.settings.ConfigErrors;
import dev.callwatch.time.Delay;
import dev.callwatch.vonage.ScriptedReader;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.redis.runtime.datasource.ReactiveRedisDataSourceImpl;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.mutiny.redis.client.RedisAPI;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** The look-up of one replica as it is wired in production, on a real Redis and the real clock. */
final class AReplica implements AutoCloseable {

    static final Account ACCOUNT = AnAccount.usual();

    private static final CacheDirectives NOW = new CacheDirectives(Optional.of(Duration.ZERO), false);
    private static final Duration LONG = Duration.ofSeconds(10);

    private final Clock clock = Clock.tickMillis(ZoneOffset.UTC);
    private final Redis redis;
    private final Delay delay;
    private final Heartbeat presence;
    private CallsInVirtualTime.Replica lookUps;
    private boolean closed;
    private final AtomicInteger returns = new AtomicInteger();

    final ReplicaId identity = new ReplicaId();
    final Keys keys;
    final RedisCircuit circuit;
    final RedisScripts scripts;
    final ReplicaChannel channel;
    final RedisRevisionLog log;
    final AccountLog accountLog;
    final List<LogAppended> appended = new CopyOnWriteArrayList<>();
    final RedisCoordination replicas;
    final RedisRateLimiters limiters;
    final List<CallStatus> changes = new CopyOnWriteArrayList<>();

    /** Waits for Redis as long as in production. */
    AReplica(ARedis server, CallReader vonage) {
        this(server, vonage, Duration.ofMillis(50));
    }

    /** @param slow what it takes for a slow answer of Redis */
    AReplica(ARedis server, CallReader vonage, Duration slow) {
        this(server.vertx(), server.client(), vonage, slow);
    }

    /** @param client closed with the replica */
    AReplica(Vertx own, Redis client, CallReader vonage, Duration slow) {
        LookupOptions options = CallsInVirtualTime.options(Map.of());
        io.vertx.core.Vertx vertx = own.getDelegate();
        this.redis = client;
        this.delay = duration -> Uni.createFrom().emitter(emitter -> {
            long timer = vertx.setTimer(Math.max(1, duration.toMillis()), fired -> emitter.complete(null));
            emitter.onTermination(() -> vertx.cancelTimer(timer));
        });
        StoreOptions store = options();
        this.keys = new Keys(store);
        LeaseWaiters[] readers = new LeaseWaiters[1];
        this.circuit = new RedisCircuit(true, clock, () -> readers[0].lost(new RedisLost()), () -> back(readers[0]));
        this.scripts = new RedisScripts(() -> redis, slow, circuit, delay, new SimpleMeterRegistry());
        this.channel = new ReplicaChannel(
                () -> new ReactiveRedisDataSourceImpl(own, redis, RedisAPI.api(redis)),
                keys,
                circuit,
                delay,
                clock::instant,
                () -> back(readers[0]));
        readers[0] = new LeaseWaiters(identity, revision -> lookUps.changedElsewhere(revision));
        channel.listen(readers[0]::receive);
        this.limiters = new RedisRateLimiters(scripts, keys, identity, circuit, channel, clock);
        this.presence = new Heartbeat(store, identity, scripts, keys, channel, circuit, limiters, delay);
        SnapshotCodec codec = new SnapshotCodec(AnAccount.only(), ScriptedReader::detail, clock::instant);
        this.accountLog = new AccountLog(scripts, keys, codec, options, delay, clock::instant);
        SharedSnapshots snapshots = new SharedSnapshots(
                scripts, keys, codec, identity, options, accountLog, revision -> lookUps.changedElsewhere(revision));
        this.replicas = new RedisCoordination(scripts, keys, snapshots, readers[0], identity, delay, clock::instant);
        this.log = new RedisRevisionLog(
                store, scripts, keys, codec, channel, CallsInVirtualTime.emptyLog(clock), appended::add);
        log.begin(new StartupEvent());
        this.lookUps =
                CallsInVirtualTime.replica(vonage, options, replicas, clock, clock::instant, delay, this::changed);
        presence.begin(new StartupEvent());
    }

    static CallKey key(CallGuid guid) {
        return new CallKey(ACCOUNT.key(), guid);
    }

    /** Has the call read again, unless that was done within the second. */
    Uni<LookupResult> read(CallGuid guid) {
        return lookUps.calls().lookUp(ACCOUNT, guid, NOW, "");
    }

    /** An ordinary look-up. */
    Uni<LookupResult> look(CallGuid guid) {
        return lookUps.calls().lookUp(ACCOUNT, guid, CacheDirectives.NONE, "");
    }

    CallStatus lookNow(CallGuid guid) {
        return look(guid).await().atMost(LONG).status();
    }

    CallStatus readNow(CallGuid guid) {
        return read(guid).await().atMost(LONG).status();
    }

    Calls calls() {
        return lookUps.calls();
    }

    List<Long> revisions(CallGuid guid) {
        return changes.stream()
                .filter(status -> status.id().equals(guid.value()))
                .map(CallStatus::revision)
                .toList();
    }

    /** Vonage's documents of the revisions that this replica has published to its observers. */
    List<String> documents(CallGuid guid) {
        return changes.stream()
                .filter(status -> status.id().equals(guid.value()))
                .map(CallStatus::vonage)
                .toList();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        presence.end(new ShutdownEvent());
        channel.end(new ShutdownEvent());
        redis.close();
    }

    private void changed(CallChanged change) {
        changes.add(change.now());
    }

    /** How many times messages may have been missed, or the others could not be reached. */
    int returns() {
        return returns.get();
    }

    private void back(LeaseWaiters readers) {
        returns.incrementAndGet();
        readers.reconnected(new ReplicasReconnected());
        lookUps.reconnected();
    }

    static StoreOptions options() {
        return new StoreOptions(
                new StoreSettings() {
                    @Override
                    public String kind() {
                        return "redis";
                    }

                    @Override
                    public String namespace() {
                        return "test";
                    }
                },
                Duration.ofSeconds(5),
                true,
                new ConfigErrors());
    }
}
