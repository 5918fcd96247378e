package dev.callwatch.watch;

import dev.callwatch.call.CallStatus;
import java.time.Instant;
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

    /** In characters. */
    private static final int SMALL_DOCUMENT = 16 << 10;

    /** Objects and texts of one status and its event beside its document, about. */
    private static final int BYTES_BESIDE_DOCUMENT = 1_000;

    static final ReplayBuffer EMPTY = new ReplayBuffer(List.of(), Optional.empty());

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

    /**
     * The memory that its statuses take beside the cache, in bytes, about: the last one and large ones. Other small ones are there as
     * long as the cache keeps them.
     */
    long weight() {
        long last = current.map(
                        status -> BYTES_BESIDE_DOCUMENT + status.vonage().length())
                .orElse(0);
        return last
                + events.stream()
                        .limit(Math.max(0, events.size() - 1))
                        .mapToInt(event -> event.call().vonage().length())
                        .filter(length -> length > SMALL_DOCUMENT)
                        .sum();
    }

    /** Without all events but the last one. */
    ReplayBuffer latest() {
        return since(revision());
    }

    /** Adds a status. One of the current revision that was observed later takes its place; one that is no newer changes nothing. */
    ReplayBuffer with(CallStatus now) {
        if (current.filter(known -> known.revision() >= now.revision()).isPresent()) {
            return isConfirmed(now) ? confirmed(now) : this;
        }
        List<CallEvent> all = new ArrayList<>(events);
        all.add(current.map(known -> CallEvent.between(known, now)).orElseGet(() -> CallEvent.observed(now)));
        return new ReplayBuffer(
                List.copyOf(all.subList(Math.max(0, all.size() - LONGEST), all.size())), Optional.of(now));
    }

    private boolean isConfirmed(CallStatus now) {
        return now.revision() == revision()
                && current.filter(known ->
                                known.observed().at().isBefore(now.observed().at()))
                        .isPresent();
    }

    /** A subscriber may have it with these times: what it gets next must not have been observed before. */
    private ReplayBuffer confirmed(CallStatus now) {
        List<CallEvent> all = new ArrayList<>(events);
        CallEvent last = all.remove(all.size() - 1);
        all.add(new CallEvent(last.type(), last.changes(), last.previous(), now));
        return new ReplayBuffer(List.copyOf(all), Optional.of(now));
    }

    /**
     * Without the events before a revision, which nobody keeps any more; the last one always stays, so that every subscriber gets
     * the current status.
     */
    ReplayBuffer since(long revision) {
        List<CallEvent> kept = after(revision - 1);
        int last = events.size() - 1;
        return kept.size() == events.size() || last <= 0
                ? this
                : new ReplayBuffer(kept.isEmpty() ? List.of(events.get(last)) : kept, current);
    }

    /** Another one of the same call, where that is as recent and reaches further back. */
    ReplayBuffer orLonger(ReplayBuffer other) {
        boolean longer = other.revision() >= revision() && other.events().size() > events.size();
        return longer ? other : this;
    }

    /**
     * Whether everything that followed a revision is kept, in one line: whoever made the next revision knew this one, and none of
     * those that follow was observed before another. Revisions of replicas that did not reach each other may lie between each other
     * and be observed earlier. A revision that only repeats this one may be observed earlier, too: a subscriber may have this one from
     * a replica that has confirmed it since.
     */
    boolean contains(long revision) {
        return revision == revision() || isFollowed(revision) && isChanged(after(revision));
    }

    private static boolean isChanged(List<CallEvent> events) {
        return events.get(0).type() != EventType.OBSERVED && isInOrder(events);
    }

    private boolean isFollowed(long revision) {
        return events.stream()
                .anyMatch(event -> event.previous()
                        .filter(previous -> previous == revision)
                        .isPresent());
    }

    private static boolean isInOrder(List<CallEvent> events) {
        for (int i = 1; i < events.size(); i++) {
            if (observedAt(events.get(i)).isBefore(observedAt(events.get(i - 1)))) {
                return false;
            }
        }
        return true;
    }

    private static Instant observedAt(CallEvent event) {
        return event.call().observed().at();
    }

    /** The events of later revisions, as far as they are kept. */
    List<CallEvent> after(long revision) {
        return events.stream()
                .filter(event -> event.call().revision() > revision)
                .toList();
    }
}
