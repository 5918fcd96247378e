package dev.callwatch.call;

import java.time.Duration;
import java.util.Optional;

/**
 * How fresh an answer a caller wants: the request directives of RFC 9111, section 5.2.1, that are honoured.
 *
 * @param maxAge the oldest answer that will do, zero for {@code no-cache}; empty where any status that counts as fresh will do
 * @param onlyIfCached whether Vonage must not be asked
 */
public record CacheDirectives(Optional<Duration> maxAge, boolean onlyIfCached) {

    /** Any status that counts as fresh. */
    public static final CacheDirectives NONE = new CacheDirectives(Optional.empty(), false);

    /** An answer that is no older than a duration. */
    public static CacheDirectives maxAge(Duration age) {
        return new CacheDirectives(Optional.of(age), false);
    }

    /** Whether the caller asks for more than what counts as fresh. */
    boolean isForced() {
        return maxAge.isPresent();
    }

    boolean accepts(Duration age) {
        return maxAge.filter(most -> age.compareTo(most) > 0).isEmpty();
    }
}
