package dev.callwatch.push;

import dev.callwatch.call.CallGuid;
import dev.callwatch.push.StoredSubscription.CallProgress;
import dev.callwatch.push.StoredSubscription.StoredEvent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How far an account is pushed to a sink, as it is kept.
 *
 * @param position in the feed of the account; empty before it is followed for the first time
 * @param calls the last revision of each call that was accepted or passed over
 * @param events what is not delivered yet, in its order
 */
record StoredFollow(Optional<Position> position, Map<CallGuid, CallProgress> calls, List<StoredEvent> events) {

    static final StoredFollow NOTHING = new StoredFollow(Optional.empty(), Map.of(), List.of());

    /**
     * A position in the feed.
     *
     * @param after the last item that was taken
     * @param at a time of day: what came later into the feed was made later, give or take a minute
     */
    record Position(String after, Instant at) {}
}
