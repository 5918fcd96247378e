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

/** What this process keeps of calls, bounded in time and memory. */
@Singleton
// Caffeine finds the classes it generated for this mix of features by their names.
@RegisterForReflection(
        classNames = {"com.github.benmanes.caffeine.cache.SSMWW", "com.github.benmanes.caffeine.cache.PSWMW"})
class CallCache {

    private final Cache<CallKey, CachedCall> calls;
    private final Duration retention;
    private final Clock clock;

    CallCache(LookupOptions options, Clock clock) {
        this.retention = options.retention();
        this.clock = clock;
        this.calls = Caffeine.newBuilder()
                .expireAfterWrite(options.retention())
                .maximumWeight(options.callMemory())
                .weigher((CallKey key, CachedCall call) -> call.weight())
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                // A hand-over to the common pool for each write costs more than the maintenance itself.
                .executor(Runnable::run)
                .build();
    }

    /** What is kept of a call; a status that was read longer ago than the retention counts as unknown. */
    CachedCall get(CallKey key) {
        return Optional.ofNullable(calls.getIfPresent(key))
                .map(call -> isRetained(call) ? call : call.withoutStatus())
                .orElse(CachedCall.NOTHING);
    }

    private boolean isRetained(CachedCall call) {
        return call.snapshot().status().isEmpty()
                || call.statusAge(clock.instant()).compareTo(retention) < 0;
    }

    void put(CallKey key, CachedCall call) {
        calls.put(key, call);
    }

    /** The calls of which anything is kept, as they change. */
    Set<CallKey> keys() {
        return calls.asMap().keySet();
    }
}
