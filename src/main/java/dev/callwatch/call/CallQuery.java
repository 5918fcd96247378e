package dev.callwatch.call;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which calls of an account are asked for.
 *
 * @param state their state; empty for all
 * @param since those that have changed since, by the time of day; empty for all
 * @param after those that follow a place of the list; empty for the beginning
 * @param limit how many at most, 1 or more
 */
public record CallQuery(Optional<CallState> state, Optional<Instant> since, Optional<CallPosition> after, int limit) {

    /** The states that are asked for. */
    public Set<CallState> states() {
        return state.<Set<CallState>>map(EnumSet::of).orElseGet(() -> EnumSet.allOf(CallState.class));
    }

    /** The lowest revision that is asked for. */
    public long lowestRevision() {
        return since.map(Instant::toEpochMilli).orElse(0L);
    }

    CallQuery withLimit(int other) {
        return new CallQuery(state, since, after, other);
    }

    CallQuery notBefore(Instant oldest) {
        return new CallQuery(
                state, since.filter(given -> given.isAfter(oldest)).or(() -> Optional.of(oldest)), after, limit);
    }

    boolean matches(CallStatus status) {
        return states().contains(status.state()) && status.revision() >= lowestRevision();
    }
}
