package dev.callwatch.watch;

import dev.callwatch.problem.ProblemException;
import java.util.Optional;

/**
 * Everything there is to say of a call at one moment, so that a reader who misses views but sees the latest misses
 * nothing that is kept. Immutable.
 *
 * @param version raised whenever anything else differs
 * @param journal its last events
 * @param lastError why it cannot be read now
 * @param lost the event that Vonage knew it and no longer does
 * @param settled whether nothing more is to come
 */
record FeedState(
        long version,
        ReplayBuffer journal,
        Optional<ProblemException> lastError,
        Optional<CallEvent> lost,
        boolean settled) {

    static FeedState of(ReplayBuffer journal) {
        return new FeedState(0, journal, Optional.empty(), Optional.empty(), false);
    }

    /** More is known of it elsewhere. */
    FeedState recalled(ReplayBuffer longer) {
        return longer == journal ? this : new FeedState(version + 1, longer, lastError, lost, settled);
    }

    /** It was read. */
    FeedState read(ReplayBuffer now, boolean over) {
        boolean same = now == journal && lastError.isEmpty() && lost.isEmpty() && settled == over;
        return same ? this : new FeedState(version + 1, now, Optional.empty(), Optional.empty(), over);
    }

    /** It could not be read. */
    FeedState troubled(ProblemException reason) {
        boolean same = lastError.filter(known -> known.type() == reason.type()).isPresent();
        return same ? this : new FeedState(version + 1, journal, Optional.of(reason), lost, settled);
    }

    /** Vonage does not know it: no longer, where it was seen before. */
    FeedState missing(ProblemException reason) {
        Optional<CallEvent> event = journal.current().map(current -> CallEvent.lost(current.asLastKnown()));
        return new FeedState(version + 1, journal, Optional.of(reason), event, true);
    }
}
