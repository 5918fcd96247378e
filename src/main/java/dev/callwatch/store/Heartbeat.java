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
import java.util.List;

/**
 * Says every second that this replica is there, counts the others, and finds out so whether Redis can be used: it has to
 * take what it is given, and in time.
 */
@Singleton
class Heartbeat {

    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration INTERVAL_IN_DOUBT = Duration.ofMillis(500);

    /** Who has said nothing for so long is not there. */
    private static final Duration COUNTED = Duration.ofSeconds(5);

    /** A start does not wait longer for Redis; the first connection takes longer than any script. */
    private static final Duration FIRST = Duration.ofSeconds(1);

    private final StoreOptions options;
    private final ReplicaId replica;
    private final RedisScripts scripts;
    private final Keys keys;
    private final ReplicaChannel notices;
    private final RedisCircuit condition;
    private final Delay delay;
    private volatile boolean leaving;
    private int unheard;
    private Cancellable beat = () -> {};

    Heartbeat(
            StoreOptions options,
            ReplicaId replica,
            RedisScripts scripts,
            Keys keys,
            ReplicaChannel notices,
            RedisCircuit condition,
            Delay delay) {
        this.options = options;
        this.replica = replica;
        this.scripts = scripts;
        this.keys = keys;
        this.notices = notices;
        this.condition = condition;
        this.delay = delay;
    }

    void begin(@Observes StartupEvent start) {
        if (!options.isShared()) {
            return;
        }
        notices.subscribe();
        try {
            attended(scripts.patiently(FIRST, RedisScript.HEARTBEAT, keys(), arguments()))
                    .await()
                    .atMost(FIRST.multipliedBy(2));
        } catch (TimeoutException late) {
            // The beat goes on finding out.
        }
        beat = Uni.createFrom()
                .deferred(() -> delay.of(condition.isInDoubt() ? INTERVAL_IN_DOUBT : INTERVAL))
                .chain(() -> leaving
                        ? Uni.createFrom().voidItem()
                        : attended(scripts.probe(RedisScript.HEARTBEAT, keys(), arguments())))
                .replaceWith(true)
                .repeat()
                .indefinitely()
                .subscribe()
                .with(passed -> {});
    }

    /** Those who stay share what this replica no longer needs. */
    void leave(@Observes ShutdownDelayInitiatedEvent end) {
        leaving = true;
        if (options.isShared()) {
            scripts.run(RedisScript.LEAVE, keys(), List.of(replica.name()))
                    .subscribe()
                    .with(left -> {}, away -> {});
        }
    }

    void end(@Observes ShutdownEvent end) {
        beat.cancel();
    }

    private List<String> keys() {
        return List.of(keys.replicas());
    }

    private List<String> arguments() {
        return List.of(
                replica.name(),
                Long.toString(COUNTED.toMillis()),
                keys.notices(),
                new ReplicaMessage.Present(replica.name()).text());
    }

    /** Never fails. */
    private Uni<Void> attended(Uni<Response> attempt) {
        return attempt.invoke(present -> counted(present.toInteger()))
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid();
    }

    private void counted(int present) {
        condition.counted(present);
        if (notices.isSubscribed()) {
            unheard = 0;
            condition.healthy();
        } else if (++unheard > 1) {
            condition.lost(new RedisUnavailable("no news can be heard"));
        }
    }
}
