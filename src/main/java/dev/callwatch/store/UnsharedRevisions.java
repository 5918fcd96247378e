package dev.callwatch.store;

import dev.callwatch.call.CallKey;
import dev.callwatch.time.Delay;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The revisions of this replica that Redis may not have. Each is tried again, every second and in their order, until Redis has it:
 * the last revision of a call is followed by none that would repair what it left. Safe for concurrent use.
 */
final class UnsharedRevisions {

    private static final Logger LOG = Logger.getLogger(UnsharedRevisions.class);

    private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(1);

    /** Some 15 MB, where the cache no longer has any of them; of what is beyond, the oldest are given up. */
    static final int MOST = 10_000;

    private record RevisionKey(CallKey call, long revision) {}

    private final Delay delay;
    private final Map<RevisionKey, Supplier<Uni<Void>>> attempts = new LinkedHashMap<>();
    private boolean running;
    private boolean full;

    UnsharedRevisions(Delay delay) {
        this.delay = delay;
    }

    /**
     * Shares a revision later.
     *
     * @param attempt fails with {@link RedisUnavailable} where it has to be made again
     */
    void add(CallKey call, long revision, Supplier<Uni<Void>> attempt) {
        boolean first;
        synchronized (this) {
            attempts.put(new RevisionKey(call, revision), attempt);
            dropOldest();
            first = !running;
            running = true;
        }
        if (first) {
            run();
        }
    }

    /** How many there are. */
    synchronized int size() {
        return attempts.size();
    }

    /** Called with the lock of this. */
    private void dropOldest() {
        if (attempts.size() > MOST) {
            attempts.remove(attempts.keySet().iterator().next());
            if (!full) {
                full = true;
                LOG.warnf(
                        "More than %d revisions could not be written to Redis: the oldest are not in the feed of their account",
                        MOST);
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
                        .get()
                        .onFailure(defect -> !(defect instanceof RedisUnavailable))
                        .recoverWithUni(defect -> {
                            LOG.errorf(
                                    defect,
                                    "A revision of call %s is not shared",
                                    each.getKey().call().guid());
                            return Uni.createFrom().voidItem();
                        })
                        .invoke(() -> done(each)))
                .onItem()
                .ignoreAsUni()
                .onFailure()
                .recoverWithNull();
    }

    private synchronized List<Map.Entry<RevisionKey, Supplier<Uni<Void>>>> all() {
        return attempts.entrySet().stream()
                .map(each -> Map.entry(each.getKey(), each.getValue()))
                .toList();
    }

    /** Stays where an attempt of another kind has taken its place. */
    private synchronized void done(Map.Entry<RevisionKey, Supplier<Uni<Void>>> each) {
        attempts.remove(each.getKey(), each.getValue());
    }
}
