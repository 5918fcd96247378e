package dev.callwatch.call;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Decides whether what is cached answers a look-up, and with what. Pure functions of what is cached and of the time. */
final class CachePolicy {

    /** A caller may force a reading of a call only so often; what was just read answers those who come sooner. */
    static final Duration BETWEEN_FORCED_READINGS = Duration.ofSeconds(1);

    private final Freshness freshness;

    CachePolicy(Freshness freshness) {
        this.freshness = freshness;
    }

    /** What a look-up ends with. */
    sealed interface Outcome {

        /** A status. */
        record Found(LookupResult result) implements Outcome {}

        /** No status, and why. */
        record NotFound(UpstreamFailure reason) implements Outcome {}

        /** The result, where there is one. */
        default Optional<LookupResult> found() {
            return this instanceof Found found ? Optional.of(found.result()) : Optional.empty();
        }

        /** As an item or a failure. */
        default Uni<LookupResult> asUni() {
            return this instanceof Found found
                    ? Uni.createFrom().item(found.result())
                    : Uni.createFrom().failure(((NotFound) this).reason());
        }
    }

    /**
     * The answer out of the cache.
     *
     * @param now by the steady clock
     * @return empty where Vonage has to be asked
     */
    Optional<Outcome> fromCache(CachedCall cached, CacheDirectives directives, Instant now) {
        Optional<CallStatus> fresh = cached.snapshot()
                .status()
                .filter(status -> !cached.snapshot().isForgotten())
                .filter(status -> suffices(status, cached.statusAge(now), directives));
        Optional<UpstreamFailure> error = cached.snapshot()
                .lastError()
                .map(Snapshot.LastError::reason)
                .filter(reason -> stillCounts(reason, cached.checkedAge(now), directives));
        return error.isPresent() && (fresh.isEmpty() || directives.isForced())
                ? Optional.of(onError(cached, error.get(), now))
                : fresh.map(status ->
                        new Outcome.Found(result(status, LookupResult.CacheStatus.HIT, cached.statusAge(now))));
    }

    /** The answer where Vonage could not be read: the last known status, if there is one. */
    Outcome onError(CachedCall cached, UpstreamFailure reason, Instant now) {
        // A reading that was aborted leaves no error behind, so the status may not be marked as stale yet.
        return cached.snapshot()
                .lastKnown()
                .or(() -> cached.snapshot().status().map(CallStatus::asLastKnown))
                .<Outcome>map(status -> new Outcome.Found(new LookupResult(
                        status,
                        LookupResult.CacheStatus.STALE_ON_ERROR,
                        cached.statusAge(now),
                        Duration.ZERO,
                        Optional.of(reason))))
                .orElseGet(() -> new Outcome.NotFound(reason));
    }

    /** How long a 404 stands; empty where the last answer was another one. */
    Optional<Missing> missing(CachedCall cached, Instant now) {
        return cached.snapshot()
                .lastError()
                .filter(error -> error.reason() instanceof UpstreamFailure.CallNotFound)
                .map(error -> new Missing(freshness.missing(), cached.checkedAge(now)));
    }

    /** What is known, however old; empty where nothing is. */
    Optional<LookupResult> lastKnown(CachedCall cached, Instant now) {
        Snapshot snapshot = cached.snapshot();
        return snapshot.lastError().isPresent()
                ? snapshot.lastKnown()
                        .map(status -> new LookupResult(
                                status,
                                LookupResult.CacheStatus.STALE_ON_ERROR,
                                cached.statusAge(now),
                                Duration.ZERO,
                                Optional.of(snapshot.lastError().get().reason())))
                : snapshot.status().map(status -> result(status, LookupResult.CacheStatus.HIT, cached.statusAge(now)));
    }

    /** The answer after a reading. */
    LookupResult result(CallStatus status, LookupResult.CacheStatus cacheStatus, Duration age) {
        return new LookupResult(status, cacheStatus, age, freshness.lifetime(status), Optional.empty());
    }

    /** Why a look-up with these directives has to be forwarded to Vonage. */
    LookupResult.CacheStatus forwardReason(CachedCall cached, CacheDirectives directives, Instant now) {
        if (cached.snapshot().status().isEmpty()) {
            return LookupResult.CacheStatus.URI_MISS;
        }
        boolean fresh = freshness.isFresh(cached.snapshot().status().get(), cached.statusAge(now));
        return fresh && directives.isForced() ? LookupResult.CacheStatus.REQUEST : LookupResult.CacheStatus.STALE;
    }

    private boolean suffices(CallStatus status, Duration age, CacheDirectives directives) {
        return freshness.isFresh(status, age) && directives.accepts(age)
                || directives.isForced() && age.compareTo(BETWEEN_FORCED_READINGS) < 0;
    }

    private boolean stillCounts(UpstreamFailure reason, Duration age, CacheDirectives directives) {
        boolean missing = reason instanceof UpstreamFailure.CallNotFound
                && freshness.isFreshlyMissing(age)
                && directives.accepts(age);
        return missing || age.compareTo(BETWEEN_FORCED_READINGS) < 0;
    }
}
