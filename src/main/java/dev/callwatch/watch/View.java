package dev.callwatch.watch;

import dev.callwatch.problem.ProblemException;
import java.util.Optional;

/**
 * Everything there is to say of a call at one moment, so that a reader who misses views but sees the latest misses
 * nothing that is kept. Immutable.
 *
 * @param version raised whenever anything else differs
 * @param journal its last events
 * @param trouble why it cannot be read now
 * @param lost the event that Vonage knew it and no longer does
 * @param settled whether nothing more is to come
 */
record View(
        long version, Journal journal, Optional<ProblemException> trouble, Optional<CallEvent> lost, boolean settled) {

    static View of(Journal journal) {
        return new View(0, journal, Optional.empty(), Optional.empty(), false);
    }

    /** More is known of it elsewhere. */
    View recalled(Journal longer) {
        return longer == journal ? this : new View(version + 1, longer, trouble, lost, settled);
    }

    /** It was read. */
    View read(Journal now, boolean over) {
        boolean same = now == journal && trouble.isEmpty() && lost.isEmpty() && settled == over;
        return same ? this : new View(version + 1, now, Optional.empty(), Optional.empty(), over);
    }

    /** It could not be read. */
    View troubled(ProblemException reason) {
        boolean same = trouble.filter(known -> known.type() == reason.type()).isPresent();
        return same ? this : new View(version + 1, journal, Optional.of(reason), lost, settled);
    }

    /** Vonage does not know it: no longer, where it was seen before. */
    View missing(ProblemException reason) {
        Optional<CallEvent> event = journal.current().map(current -> CallEvent.lost(current.asLastKnown()));
        return new View(version + 1, journal, Optional.of(reason), event, true);
    }
}
