package dev.callwatch.watch;

import dev.callwatch.problem.ProblemException;
import java.util.Optional;

/**
 * All there is to say of a call at one moment, so that a subscriber that misses states but gets the latest misses nothing that
 * is kept. Immutable.
 *
 * @param version raised whenever anything else differs
 * @param buffer its last events
 * @param error why it cannot be read now
 * @param lost the event that Vonage knew it and no longer does
 * @param settled whether nothing more is to come
 * @param observed what a subscriber that knows nothing of the call gets first; the same object for all, so that it is written once
 */
record FeedState(
        long version,
        ReplayBuffer buffer,
        Optional<ProblemException> error,
        Optional<CallEvent> lost,
        boolean settled,
        Optional<CallEvent> observed) {

    private FeedState(
            long version,
            ReplayBuffer buffer,
            Optional<ProblemException> error,
            Optional<CallEvent> lost,
            boolean settled) {
        this(
                version,
                buffer,
                error,
                lost,
                settled,
                buffer.current()
                        .map(current -> CallEvent.observed(error.isPresent() ? current.asLastKnown() : current)));
    }

    static FeedState of(ReplayBuffer buffer) {
        return new FeedState(0, buffer, Optional.empty(), Optional.empty(), false);
    }

    /** The buffer reaches further back. */
    FeedState extended(ReplayBuffer longer) {
        return longer == buffer ? this : new FeedState(version + 1, longer, error, lost, settled);
    }

    /** The buffer is as short as what is kept of the call; for subscribers nothing has changed. */
    FeedState trimmed(ReplayBuffer shorter) {
        return shorter == buffer ? this : new FeedState(version, shorter, error, lost, settled);
    }

    /** It was read. Where only the times of the observation differ, nothing has changed for subscribers. */
    FeedState read(ReplayBuffer now, boolean isSettled) {
        boolean same = now.revision() == buffer.revision() && error.isEmpty() && lost.isEmpty() && settled == isSettled;
        if (same) {
            return now == buffer ? this : new FeedState(version, now, error, lost, settled);
        }
        return new FeedState(version + 1, now, Optional.empty(), Optional.empty(), isSettled);
    }

    /** It could not be read. */
    FeedState failed(ProblemException reason) {
        boolean same = error.filter(known -> known.type() == reason.type()).isPresent();
        return same ? this : new FeedState(version + 1, buffer, Optional.of(reason), lost, settled);
    }

    /** Vonage does not know it: no longer, where it was read before. */
    FeedState missing(ProblemException reason) {
        Optional<CallEvent> event = buffer.current().map(current -> CallEvent.lost(current.asLastKnown()));
        return new FeedState(version + 1, buffer, Optional.of(reason), event, true);
    }
}
