package dev.callwatch.call;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What this process keeps of one call. Immutable.
 *
 * @param snapshot what is known
 * @param history its last revisions, the oldest first, at most {@value #LONGEST_HISTORY}; the last is the snapshot's
 * @param readAt when the status was read, by the steady clock
 * @param checkedAt when Vonage was asked last, with or without success, by the steady clock
 * @param historyWeight the memory that the history takes, in bytes, about
 */
record CachedCall(Snapshot snapshot, List<CallStatus> history, Instant readAt, Instant checkedAt, int historyWeight) {

    /** One more than the events that can be replayed: an event is the difference of two statuses. */
    static final int LONGEST_HISTORY = 33;

    static final CachedCall NOTHING = new CachedCall(Snapshot.NOTHING, List.of(), Instant.EPOCH, Instant.EPOCH);

    /** Keys, times and entries of the cache, for one call. */
    private static final int BYTES_OF_CALL = 500;

    /** Objects and texts of one status beside its document, about: those that it has in common with others count too. */
    private static final int BYTES_BESIDE_DOCUMENT = 1_000;

    /** An observation of a content that is in the history: the record, and its times. */
    private static final int BYTES_OF_OBSERVATION = 400;

    private static final int LAST_LATIN_1 = 0xFF;

    /** In characters. To look through a longer text would keep the event loop, so it weighs what it may take at most. */
    private static final int MOST_LOOKED_THROUGH = 64 << 10;

    CachedCall(Snapshot snapshot, List<CallStatus> history, Instant readAt, Instant checkedAt) {
        this(
                snapshot,
                history,
                readAt,
                checkedAt,
                history.stream().mapToInt(CachedCall::weight).sum());
    }

    /** With another snapshot, and the revisions up to it. */
    CachedCall next(Snapshot now, List<CallStatus> revisions, Instant nowReadAt, Instant nowCheckedAt) {
        return revisions.isEmpty()
                // Nearly always: the weight of the history is known then.
                ? new CachedCall(now, history, nowReadAt, nowCheckedAt, historyWeight)
                : new CachedCall(now, latest(history, revisions), nowReadAt, nowCheckedAt);
    }

    /** With the revisions that other replicas keep and this one does not, as far as they came before the status here. */
    CachedCall withHistory(List<CallStatus> other) {
        NavigableMap<Long, CallStatus> all = new TreeMap<>();
        other.forEach(status -> all.put(status.revision(), status));
        history.forEach(status -> all.put(status.revision(), status));
        List<CallStatus> merged =
                List.copyOf(all.headMap(snapshot.revision(), true).values());
        return merged.size() > history.size()
                ? new CachedCall(snapshot, latest(merged, List.of()), readAt, checkedAt)
                : this;
    }

    /** Without its status, which is too old. */
    CachedCall withoutStatus() {
        return new CachedCall(
                new Snapshot(Optional.empty(), Optional.empty(), snapshot.lastError()),
                List.of(),
                Instant.EPOCH,
                checkedAt);
    }

    /** How long ago the status was read. */
    Duration statusAge(Instant now) {
        return Duration.between(readAt, now);
    }

    /** How long ago Vonage was asked last. */
    Duration checkedAge(Instant now) {
        return Duration.between(checkedAt, now);
    }

    /** The memory it takes, in bytes, about. */
    int weight() {
        return BYTES_OF_CALL
                + historyWeight
                + snapshot.status().map(this::weightBesideHistory).orElse(0);
    }

    private int weightBesideHistory(CallStatus status) {
        Optional<CallStatus> last = history.isEmpty() ? Optional.empty() : Optional.of(history.get(history.size() - 1));
        if (last.filter(kept -> kept == status).isPresent()) {
            return 0;
        }
        // A reading that found nothing new shares the document.
        boolean shared = last.filter(kept -> kept.vonage() == status.vonage()).isPresent();
        return shared ? BYTES_OF_OBSERVATION : weight(status);
    }

    /** The memory that a status takes by itself, in bytes, about. */
    static int weight(CallStatus status) {
        String document = status.vonage();
        boolean oneByteEach = document.length() <= MOST_LOOKED_THROUGH && isLatin1(document);
        return BYTES_BESIDE_DOCUMENT + (oneByteEach ? 1 : 2) * document.length();
    }

    /** Whether a JVM keeps a text with one byte for each character. */
    private static boolean isLatin1(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > LAST_LATIN_1) {
                return false;
            }
        }
        return true;
    }

    private static List<CallStatus> latest(List<CallStatus> first, List<CallStatus> then) {
        List<CallStatus> all = new ArrayList<>(first);
        all.addAll(then);
        return List.copyOf(all.subList(Math.max(0, all.size() - LONGEST_HISTORY), all.size()));
    }
}
