package dev.callwatch.call;

import dev.callwatch.problem.ProblemException;
import java.time.Duration;
import java.util.Optional;

/**
 * A status and how it was come by.
 *
 * @param status what is known of the call
 * @param cacheStatus how it was come by
 * @param age how long ago Vonage said so
 * @param lifetime how long it counts as fresh, from when Vonage said so; zero for the last known status
 * @param reason why Vonage could not be read, for the last known status
 */
public record LookupResult(
        CallStatus status,
        CacheStatus cacheStatus,
        Duration age,
        Duration lifetime,
        Optional<ProblemException> reason) {

    /** How a status was come by. */
    public enum CacheStatus {
        /** It was remembered and fresh enough. */
        HIT,
        /** The call was not known before. */
        URI_MISS,
        /** What was remembered was no longer fresh. */
        STALE,
        /** What was remembered was fresh, but the caller wanted it fresher. */
        REQUEST,
        /** Vonage could not be read: it is the last known. */
        STALE_ON_ERROR
    }
}
