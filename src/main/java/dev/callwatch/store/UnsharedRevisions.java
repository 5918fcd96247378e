package dev.callwatch.store;

import dev.callwatch.call.CallKey;
import dev.callwatch.call.Snapshot;
import dev.callwatch.time.Delay;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The revisions of this replica that Redis may not have. Each is tried again, every second and in their order, until Redis has it:
 * the last revision of a call is followed by none that would repair what it left. Safe for concurrent use.
 */
final class UnsharedRevisions {

    private static final Logger LOG = Logger.getLogger(UnsharedRevisions.class);

    private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(1);

    /** Of what is beyond, the oldest are given up. */
    static final int MOST = 10_000;

    /** Objects and texts of one revision beside its documents, about. */
    private static final int BYTES_BESIDE_DOCUMENTS = 1_500;

    private record RevisionKey(CallKey call, long revision) {}

    private record Attempt(SnapshotChange change, Supplier<Uni<Void>> action) {

        private long weight() {
            return BYTES_BESIDE_DOCUMENTS + length(change.before()) + length(change.now());
        }

        private static int length(Snapshot snapshot) {
            return snapshot.status().map(status -> status.vonage().length()).orElse(0);
        }
    }

    private final Delay delay;
    private final long memory;
    private final Map<RevisionKey, Attempt> attempts = new LinkedHashMap<>();
    private long weight;
    private boolean running;
    private boolean full;

    /** @param memory for all of them, in bytes, about */
    UnsharedRevisions(Delay delay, long memory) {
        this.delay = delay;
        this.memory = memory;
    }

    /**
     * Shares a revision later.
     *
     * @param change what made it
     * @param action fails with {@link RedisUnavailable} where it has to be made again
     */
    void add(SnapshotChange change, Supplier<Uni<Void>> action) {
        boolean first;
        synchronized (this) {
            put(new RevisionKey(change.key(), change.now().revision()), new Attempt(change, action));
            dropOldest();
            first = !running;
            running = true;
        }
        if (first) {
            run();
        }
    }

    /** What was known before a revision, if that is one of them. */
    synchronized Optional<Snapshot> before(CallKey call, long revision) {
        return Optional.ofNullable(attempts.get(new RevisionKey(call, revision)))
                .map(attempt -> attempt.change().before());
    }

    /** Called with the lock of this. */
    private void put(RevisionKey key, Attempt attempt) {
        Attempt before = attempts.put(key, attempt);
        weight += attempt.weight() - (before == null ? 0 : before.weight());
    }

    /** Called with the lock of this. The last one always stays. */
    private void dropOldest() {
        while (attempts.size() > MOST || weight > memory && attempts.size() > 1) {
            RevisionKey oldest = attempts.keySet().iterator().next();
            weight -= attempts.remove(oldest).weight();
            if (!full) {
                full = true;
                LOG.warnf(
                        "More than %d revisions, or %d bytes of them, could not be written to Redis: the oldest are missing in"
                                + " the feeds of their accounts",
                        MOST, memory);
            }
        }
    }

    private void run() {
        delay.of(BETWEEN_ATTEMPTS).chain(this::pass).subscribe().with(passed -> runAgain());
    }

    private void runAgain() {
        synchronized (this) {
            running = !attempts.isEmpty();
            full &= running;
            if (!running) {
                return;
            }
        }
        run();
    }

    /** One attempt for each, until one shows that Redis cannot be used. Never fails. */
    private Uni<Void> pass() {
        return Multi.createFrom()
                .iterable(all())
                .onItem()
                .transformToUniAndConcatenate(each -> each.getValue()
                        .action()
                        .get()
                        .onFailure(defect -> !(defect instanceof RedisUnavailable))
                        .recoverWithUni(defect -> {
                            LOG.errorf(
                                    defect,
                                    "A revision of call %s could not be written to Redis",
                                    each.getKey().call().guid());
                            return Uni.createFrom().voidItem();
                        })
                        .invoke(() -> done(each)))
                .onItem()
                .ignoreAsUni()
                .onFailure()
                .recoverWithNull();
    }

    private synchronized List<Map.Entry<RevisionKey, Attempt>> all() {
        return attempts.entrySet().stream()
                .map(each -> Map.entry(each.getKey(), each.getValue()))
                .toList();
    }

    /** Stays where an attempt of another kind has taken its place. */
    private synchronized void done(Map.Entry<RevisionKey, Attempt> each) {
        if (attempts.remove(each.getKey(), each.getValue())) {
            weight -= each.getValue().weight();
        }
    }
}
