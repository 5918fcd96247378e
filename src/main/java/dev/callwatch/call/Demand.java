package dev.callwatch.call;

import java.time.Duration;
import java.util.Optional;

/**
 * How fresh an answer a caller wants (RFC 9111, section 5.2.1).
 *
 * @param maxAge the oldest answer that will do, zero for {@code no-cache}; empty where our own judgement will do
 * @param onlyIfCached whether Vonage must not be asked
 */
public record Demand(Optional<Duration> maxAge, boolean onlyIfCached) {

    /** Whatever counts as fresh. */
    public static final Demand ORDINARY = new Demand(Optional.empty(), false);

    boolean accepts(Duration age) {
        return maxAge.filter(most -> age.compareTo(most) > 0).isEmpty();
    }
}
