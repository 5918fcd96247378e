package dev.callwatch.call;

import dev.callwatch.time.WallClock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Applies what becomes known of calls to the cache, and publishes each new revision, in their order, whoever read it. For the
 * observers of a call revisions only rise, and observations never go back.
 */
// At start, so that its metric exists before the first look-up.
@Startup
@Singleton
class CallUpdates {

    /** How many calls can be updated at the same time. */
    private static final int STRIPES = 64;

    private final CallCache cache;
    private final Clock clock;
    private final WallClock wallClock;
    private final Counter repeated;
    private final Consumer<CallChanged> observers;
    private final Object[] stripes = Stream.generate(Object::new).limit(STRIPES).toArray();

    @Inject
    CallUpdates(
            CallCache cache, Clock clock, WallClock wallClock, MeterRegistry registry, Event<CallChanged> observers) {
        this(cache, clock, wallClock, registry, observers::fire);
    }

    CallUpdates(
            CallCache cache,
            Clock clock,
            WallClock wallClock,
            MeterRegistry registry,
            Consumer<CallChanged> observers) {
        this.cache = cache;
        this.clock = clock;
        this.wallClock = wallClock;
        this.observers = observers;
        this.repeated = Counter.builder("callwatch.revisions.repeated")
                .description("Revisions with the same content as the one before, after a lost Redis or an outage")
                .register(registry);
    }

    /** Applies what this process has just read. */
    CachedCall applyRead(CallKey key, Coordination.Update update) {
        Instant now = clock.instant();
        boolean isRead = update.snapshot().lastError().isEmpty();
        return apply(key, update, cached -> isRead ? now : cached.readAt(), now);
    }

    /** Applies what another replica has read some time ago, by its clock. */
    CachedCall applyRemote(CallKey key, Coordination.Update update) {
        Snapshot remote = update.snapshot();
        return apply(
                key,
                update,
                cached -> isSameReading(cached.snapshot(), remote) ? cached.readAt() : readAt(remote),
                steady(remote.checkedAt()));
    }

    private Instant readAt(Snapshot remote) {
        return remote.status().map(status -> steady(status.observed().at())).orElse(Instant.EPOCH);
    }

    /** A time of day of the past by the steady clock. */
    private Instant steady(Instant timeOfDay) {
        Duration age = Duration.between(timeOfDay, wallClock.now());
        Instant now = clock.instant();
        return age.isNegative() ? now : now.minus(age);
    }

    /** Keeps the revisions that other replicas keep of a call, where they reach further back than here. */
    CachedCall applyHistory(CallKey key, List<CallStatus> history) {
        synchronized (stripe(key)) {
            CachedCall cached = cache.get(key);
            CachedCall longer = cached.withHistory(history);
            if (longer != cached) {
                cache.put(key, longer);
            }
            return longer;
        }
    }

    /** Puts a status back that the cache has evicted; nobody is notified. */
    void restore(CallKey key, CallStatus status) {
        synchronized (stripe(key)) {
            CachedCall cached = cache.get(key);
            if (cached.snapshot().status().isEmpty()) {
                Instant readAt = steady(status.observed().at());
                cache.put(key, cached.next(Snapshot.of(status), List.of(status), readAt, readAt));
            }
        }
    }

    private CachedCall apply(
            CallKey key, Coordination.Update update, Function<CachedCall, Instant> readAt, Instant checkedAt) {
        synchronized (stripe(key)) {
            CachedCall cached = cache.get(key);
            Snapshot known = cached.snapshot();
            if (!update.snapshot().isCacheable() || update.snapshot().isOlderThan(known)) {
                return cached;
            }
            boolean follows = update.snapshot().follows(known);
            Snapshot now = follows ? update.snapshot().following(known) : known.merge(update.snapshot());
            List<CallStatus> revisions = revisions(known, now, update.since());
            CachedCall next = cached.next(
                    now, revisions, readAt.apply(cached), follows ? checkedAt : latest(checkedAt, cached.checkedAt()));
            cache.put(key, next);
            publish(key, known.status(), revisions);
            return next;
        }
    }

    /** Whether the status is of the reading that is known already. */
    private static boolean isSameReading(Snapshot known, Snapshot now) {
        return known.status()
                .map(status -> status.observed().at())
                .equals(now.status().map(status -> status.observed().at()));
    }

    private static Instant latest(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /** The revisions after the known one; what was observed before it is of the past for those who follow here. */
    private static List<CallStatus> revisions(Snapshot known, Snapshot now, List<CallStatus> since) {
        if (now.revision() <= known.revision()) {
            return List.of();
        }
        Instant observedAt =
                known.status().map(status -> status.observed().at()).orElse(Instant.EPOCH);
        List<CallStatus> revisions = new ArrayList<>();
        since.stream()
                .filter(status -> status.revision() > known.revision() && status.revision() < now.revision())
                .filter(status -> !status.observed().at().isBefore(observedAt))
                .forEach(revisions::add);
        now.status().filter(status -> status.revision() > known.revision()).ifPresent(revisions::add);
        return revisions;
    }

    /**
     * Notifies the observers, under the lock of the call. Without it an update of another thread could be answered before they have the
     * revisions of this one: who polls the call gets the later revision with that answer, and then takes the earlier one for known.
     */
    private void publish(CallKey key, Optional<CallStatus> known, List<CallStatus> revisions) {
        Optional<CallStatus> before = known;
        for (CallStatus status : revisions) {
            if (before.filter(last -> Revision.isSame(last, status)).isPresent()) {
                repeated.increment();
            }
            observers.accept(new CallChanged(key.account(), status));
            before = Optional.of(status);
        }
    }

    private Object stripe(CallKey key) {
        return stripes[Math.floorMod(key.hashCode(), STRIPES)];
    }
}
