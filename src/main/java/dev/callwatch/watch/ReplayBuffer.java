package dev.callwatch.watch;

import dev.callwatch.call.CallStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The last events of one call, for subscribers that come back. Immutable.
 *
 * @param events one for each revision, the oldest first; at most {@value #LONGEST}
 * @param current the last status; empty where the call was never read
 */
record ReplayBuffer(List<CallEvent> events, Optional<CallStatus> current) {

    static final int LONGEST = 32;

    private static final ReplayBuffer EMPTY = new ReplayBuffer(List.of(), Optional.empty());

    /** Of successive statuses, the oldest first. */
    static ReplayBuffer of(List<CallStatus> history) {
        ReplayBuffer buffer = EMPTY;
        for (CallStatus status : history) {
            buffer = buffer.with(status);
        }
        return buffer;
    }

    /** The revision of the last status; 0 where the call was never read. */
    long revision() {
        return current.map(CallStatus::revision).orElse(0L);
    }

    /** Adds a status; one that is no newer than the current changes nothing. */
    ReplayBuffer with(CallStatus now) {
        if (current.filter(known -> known.revision() >= now.revision()).isPresent()) {
            return this;
        }
        List<CallEvent> all = new ArrayList<>(events);
        all.add(current.map(known -> CallEvent.between(known, now)).orElseGet(() -> CallEvent.observed(now)));
        return new ReplayBuffer(
                List.copyOf(all.subList(Math.max(0, all.size() - LONGEST), all.size())), Optional.of(now));
    }

    /** Another one of the same call, where that is as recent and reaches further back. */
    ReplayBuffer orLonger(ReplayBuffer other) {
        boolean longer = other.revision() >= revision() && other.events().size() > events.size();
        return longer ? other : this;
    }

    /** Whether everything that followed a revision is kept. */
    boolean contains(long revision) {
        return revision == revision() || events.stream().anyMatch(event -> isAtOrRightAfter(event, revision));
    }

    private static boolean isAtOrRightAfter(CallEvent event, long revision) {
        return event.call().revision() == revision
                || event.previous().filter(previous -> previous == revision).isPresent();
    }

    /** The events of later revisions, as far as they are kept. */
    List<CallEvent> after(long revision) {
        return events.stream()
                .filter(event -> event.call().revision() > revision)
                .toList();
    }
}
