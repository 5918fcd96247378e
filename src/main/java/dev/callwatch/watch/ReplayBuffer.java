package dev.callwatch.watch;

import dev.callwatch.call.CallStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The last events of one call. Immutable.
 *
 * @param events one a revision, without a gap, the oldest first; at most {@value #KEPT}
 * @param current the last status; empty where the call was never seen
 */
record ReplayBuffer(List<CallEvent> events, Optional<CallStatus> current) {

    static final int KEPT = 32;

    /** Objects and texts beside the document of one status, about. */
    private static final int BYTES_BESIDE_DOCUMENT = 1_500;

    /** Begins with what is known. */
    static ReplayBuffer from(Optional<CallStatus> current) {
        return new ReplayBuffer(List.of(), current);
    }

    /**
     * Makes it of successive statuses, as far back as they are without a gap.
     *
     * @param statuses the oldest first
     * @return a journal, or nothing where there is no status
     */
    static Optional<ReplayBuffer> of(List<CallStatus> statuses) {
        Optional<ReplayBuffer> journal = Optional.empty();
        for (CallStatus status : statuses) {
            ReplayBuffer before = journal.filter(known -> known.revision() + 1 == status.revision())
                    .orElseGet(() -> from(status.revision() == 1 ? Optional.empty() : Optional.of(status)));
            journal = Optional.of(before.with(status));
        }
        return journal;
    }

    /** Another one of the same call, where that is more recent or reaches further back, and neither of them less. */
    ReplayBuffer orLonger(ReplayBuffer other) {
        boolean covers = other.revision() >= revision() && other.reachesBackTo() <= reachesBackTo();
        boolean same = other.revision() == revision() && other.reachesBackTo() == reachesBackTo();
        return covers && !same ? other : this;
    }

    /** The revision of the last status; 0 where the call was never seen. */
    long revision() {
        return current.map(CallStatus::revision).orElse(0L);
    }

    /** Notes a status; one that is no newer than the current changes nothing. */
    ReplayBuffer with(CallStatus now) {
        if (current.filter(known -> known.revision() >= now.revision()).isPresent()) {
            return this;
        }
        boolean next =
                current.filter(known -> known.revision() + 1 == now.revision()).isPresent();
        List<CallEvent> following = new ArrayList<>();
        if (next || current.isEmpty()) {
            following.addAll(events);
        }
        following.add(current.map(known -> CallEvent.between(known, now)).orElseGet(() -> CallEvent.observed(now)));
        return new ReplayBuffer(
                List.copyOf(following.subList(Math.max(0, following.size() - KEPT), following.size())),
                Optional.of(now));
    }

    /** The revision that a reader may have last to be told everything that followed. */
    long reachesBackTo() {
        return events.isEmpty() ? revision() : events.get(0).call().revision() - 1;
    }

    /** What followed a revision, as far as it is kept. */
    List<CallEvent> after(long revision) {
        return events.stream()
                .filter(event -> event.call().revision() > revision)
                .toList();
    }

    int bytes() {
        return events.stream()
                        .mapToInt(event ->
                                BYTES_BESIDE_DOCUMENT + event.call().vonage().length())
                        .sum()
                + BYTES_BESIDE_DOCUMENT;
    }
}
