package dev.callwatch.call;

import dev.callwatch.problem.ProblemException;
import java.time.Duration;
import java.util.Optional;

/**
 * The answer of a look-up: a status, and how the cache served it.
 *
 * @param status what is known of the call
 * @param cacheStatus how the cache served it
 * @param age how long ago Vonage said so
 * @param lifetime how long it counts as fresh, from when Vonage said so; zero for the last known status
 * @param error why Vonage could not be read, for the last known status
 */
public record LookupResult(
        CallStatus status, CacheStatus cacheStatus, Duration age, Duration lifetime, Optional<ProblemException> error) {

    /** How the cache served a status, as {@code Cache-Status} has it (RFC 9211). */
    public enum CacheStatus {
        /** It was cached and fresh enough. */
        HIT,
        /** The call was not cached. */
        URI_MISS,
        /** What was cached was no longer fresh. */
        STALE,
        /** What was cached was fresh, but the caller wanted it fresher. */
        REQUEST,
        /** Vonage could not be read: it is the last known status (RFC 5861, {@code stale-if-error}). */
        STALE_ON_ERROR
    }
}
