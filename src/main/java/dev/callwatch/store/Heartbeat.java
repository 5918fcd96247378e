package dev.callwatch.store;

import dev.callwatch.time.Delay;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.mutiny.redis.client.Response;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;

/**
 * Registers this replica in Redis every second, counts the others, renews the leases of budgets, and finds out whether Redis
 * can be used: it has to accept writes, in time.
 */
@Singleton
class Heartbeat {

    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration INTERVAL_WHEN_SUSPECT = Duration.ofMillis(500);

    /** After this time without a heartbeat a replica is not counted. */
    private static final Duration COUNTED = Duration.ofSeconds(5);

    /** A start does not wait longer for Redis; the first connection takes longer than any script. */
    private static final Duration FIRST = Duration.ofSeconds(1);

    /** An end does not wait longer for Redis. */
    private static final Duration LAST = Duration.ofMillis(500);

    private final StoreOptions options;
    private final ReplicaId replica;
    private final RedisScripts scripts;
    private final Keys keys;
    private final ReplicaChannel channel;
    private final RedisCircuit circuit;
    private final RedisRateLimiters limiters;
    private final Delay delay;
    private volatile boolean leaving;
    private int missed;
    private Cancellable heartbeats = () -> {};

    Heartbeat(
            StoreOptions options,
            ReplicaId replica,
            RedisScripts scripts,
            Keys keys,
            ReplicaChannel channel,
            RedisCircuit circuit,
            RedisRateLimiters limiters,
            Delay delay) {
        this.options = options;
        this.replica = replica;
        this.scripts = scripts;
        this.keys = keys;
        this.channel = channel;
        this.circuit = circuit;
        this.limiters = limiters;
        this.delay = delay;
    }

    void begin(@Observes StartupEvent start) {
        if (!options.isShared()) {
            return;
        }
        channel.subscribe();
        try {
            received(scripts.patiently(FIRST, registration()))
                    .chain(limiters::renew)
                    .await()
                    .atMost(FIRST.multipliedBy(2));
        } catch (TimeoutException late) {
            // The next heartbeat finds out.
        }
        heartbeats = Uni.createFrom()
                .deferred(() -> delay.of(circuit.isSuspect() ? INTERVAL_WHEN_SUSPECT : INTERVAL))
                .invoke(() -> limiters.renew().subscribe().with(renewed -> {}))
                .chain(() -> leaving ? Uni.createFrom().voidItem() : received(scripts.probe(registration())))
                .replaceWith(true)
                .repeat()
                .indefinitely()
                .subscribe()
                .with(passed -> {});
    }

    /** This replica is no longer counted. It keeps its leases until its last requests are over. */
    void leave(@Observes ShutdownDelayInitiatedEvent end) {
        leaving = true;
        if (options.isShared()) {
            scripts.run(new ScriptCall.Leave(keys, replica.name())).subscribe().with(left -> {}, unavailable -> {});
        }
    }

    /** Gives all leases back, so that the other replicas get them at once. */
    void end(@Observes ShutdownEvent end) {
        heartbeats.cancel();
        if (!options.isShared()) {
            return;
        }
        try {
            limiters.leave().await().atMost(LAST);
        } catch (TimeoutException late) {
            // Its leases end by themselves.
        }
    }

    private ScriptCall registration() {
        return new ScriptCall.Register(keys, replica.name(), COUNTED, new ReplicaMessage.Present(replica.name()));
    }

    /** Never fails. */
    private Uni<Void> received(Uni<Response> attempt) {
        return attempt.invoke(present -> counted(present.toInteger()))
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid();
    }

    private void counted(int present) {
        circuit.counted(present);
        if (channel.isSubscribed()) {
            missed = 0;
            circuit.healthy();
        } else if (++missed > 1) {
            circuit.lost(new RedisUnavailable("messages of other replicas do not arrive"));
        }
    }
}
