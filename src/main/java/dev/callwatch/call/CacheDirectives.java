package dev.callwatch.call;

import java.time.Duration;
import java.util.Optional;

/**
 * How fresh an answer a caller wants (RFC 9111, section 5.2.1), and who wants it.
 *
 * @param maxAge the oldest answer that will do, zero for {@code no-cache}; empty where our own judgement will do
 * @param onlyIfCached whether Vonage must not be asked
 * @param caller on whose behalf, so that callers share the account's budget fairly; empty where nobody is told apart
 */
public record CacheDirectives(Optional<Duration> maxAge, boolean onlyIfCached, String caller) {

    /** Whatever counts as fresh. */
    public static final CacheDirectives ORDINARY = new CacheDirectives(Optional.empty(), false);

    /** Without telling callers apart. */
    public CacheDirectives(Optional<Duration> maxAge, boolean onlyIfCached) {
        this(maxAge, onlyIfCached, "");
    }

    /** The same on behalf of somebody. */
    public CacheDirectives by(String other) {
        return new CacheDirectives(maxAge, onlyIfCached, other);
    }

    boolean accepts(Duration age) {
        return maxAge.filter(most -> age.compareTo(most) > 0).isEmpty();
    }
}
