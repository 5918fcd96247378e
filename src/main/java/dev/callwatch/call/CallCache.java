package dev.callwatch.call;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What this process has seen of calls, bounded in time and memory. */
@Singleton
// Caffeine finds the classes it generated for this mix of features by their names.
@RegisterForReflection(
        classNames = {"com.github.benmanes.caffeine.cache.SSMWW", "com.github.benmanes.caffeine.cache.PSWMW"})
class CallCache {

    private final Cache<CallKey, Snapshot> snapshots;
    private final Duration retention;
    private final Clock clock;

    CallCache(LookupOptions options, Clock clock) {
        this.retention = options.retention();
        this.clock = clock;
        this.snapshots = Caffeine.newBuilder()
                .expireAfterWrite(options.retention())
                .maximumWeight(options.memory())
                .weigher((CallKey key, Snapshot snapshot) -> snapshot.weight())
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .build();
    }

    /** What is known of a call; a status that Vonage told longer ago than the retention is forgotten. */
    Snapshot of(CallKey key) {
        return Optional.ofNullable(snapshots.getIfPresent(key))
                .map(this::retained)
                .orElse(Snapshot.NOTHING);
    }

    private Snapshot retained(Snapshot snapshot) {
        boolean retained = snapshot.status()
                .filter(status ->
                        !clock.instant().isBefore(status.observed().at().plus(retention)))
                .isEmpty();
        return retained ? snapshot : new Snapshot(Optional.empty(), Optional.empty(), snapshot.lastError());
    }

    void keep(CallKey key, Snapshot snapshot) {
        snapshots.put(key, snapshot);
    }

    /** The calls of which anything is known, as they change. */
    Set<CallKey> calls() {
        return snapshots.asMap().keySet();
    }
}
