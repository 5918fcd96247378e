package dev.callwatch.store;

import dev.callwatch.budget.Delay;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;

/**
 * Says every second that this replica is there, counts the others, and finds out so whether Redis can be used: it has to
 * take what it is given, and in time.
 */
@Singleton
class Presence {

    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration INTERVAL_WHILE_AWAY = Duration.ofMillis(500);

    /** Who has said nothing for so long is not there. */
    private static final Duration COUNTED = Duration.ofSeconds(5);

    /** A start does not wait longer for Redis; the first connection takes longer than any script. */
    private static final Duration FIRST = Duration.ofSeconds(1);

    private final boolean shared;
    private final Identity replica;
    private final Scripts scripts;
    private final Keys keys;
    private final Notices notices;
    private final Condition condition;
    private final Delay delay;
    private volatile boolean leaving;
    private int unheard;
    private Cancellable beat = () -> {};

    Presence(
            StoreOptions options,
            Identity replica,
            Scripts scripts,
            Keys keys,
            Notices notices,
            Condition condition,
            Delay delay) {
        this.shared = options.isShared();
        this.replica = replica;
        this.scripts = scripts;
        this.keys = keys;
        this.notices = notices;
        this.condition = condition;
        this.delay = delay;
    }

    void begin(@Observes StartupEvent start) {
        if (!shared) {
            return;
        }
        notices.subscribe();
        try {
            attend(FIRST).await().atMost(FIRST.multipliedBy(2));
        } catch (TimeoutException late) {
            // The beat goes on finding out.
        }
        beat = Uni.createFrom()
                .deferred(() -> delay.of(condition.isDegraded() ? INTERVAL_WHILE_AWAY : INTERVAL))
                .chain(() -> attend(Scripts.MOST))
                .replaceWith(true)
                .repeat()
                .indefinitely()
                .subscribe()
                .with(passed -> {});
    }

    /** Those who stay share what this replica no longer needs. */
    void leave(@Observes ShutdownDelayInitiatedEvent end) {
        leaving = true;
        if (shared) {
            scripts.run(Script.LEAVE, List.of(keys.replicas()), List.of(replica.name()))
                    .subscribe()
                    .with(left -> {}, away -> {});
        }
    }

    void end(@Observes ShutdownEvent end) {
        beat.cancel();
    }

    /** Never fails. */
    private Uni<Void> attend(Duration most) {
        if (leaving) {
            return Uni.createFrom().voidItem();
        }
        return scripts.within(
                        most,
                        Script.ATTEND,
                        List.of(keys.replicas()),
                        List.of(
                                replica.name(),
                                Long.toString(COUNTED.toMillis()),
                                keys.notices(),
                                new Notice.Present(replica.name()).text()))
                .invoke(present -> counted(present.toInteger()))
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
            condition.lost(new Unavailable("no news can be heard"));
        }
    }
}
