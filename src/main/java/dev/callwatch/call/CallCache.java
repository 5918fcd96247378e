package dev.callwatch.call;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.callwatch.account.AccountKey;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
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
    private final CallIndex index = new CallIndex();

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
                .evictionListener((CallKey key, CachedCall call, RemovalCause cause) ->
                        index.replace(key, call.snapshot().status(), Optional.empty()))
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
        calls.asMap().compute(key, (same, before) -> {
            // While the entry is locked, so that the index cannot keep an older state of it.
            index.replace(
                    key,
                    Optional.ofNullable(before)
                            .flatMap(known -> known.snapshot().status()),
                    call.snapshot().status());
            return call;
        });
    }

    /** The calls of an account that are asked for, the last changed first. */
    List<CallPosition> find(AccountKey account, CallQuery query) {
        return index.find(account, query);
    }

    /** The calls of which anything is kept, as they change. */
    Set<CallKey> keys() {
        return calls.asMap().keySet();
    }
}
