package dev.callwatch.store;

import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.LookupOptions;
import dev.callwatch.call.Snapshot;
import dev.callwatch.time.Delay;
import dev.callwatch.time.WallClock;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Appends revisions to the log of their account, and puts the calls into its list: after they were stored, by a script of its own,
 * since both are on another node of a cluster than the call.
 */
@Singleton
class AccountLog {

    /** How long after it was seen here a revision of another replica should be in the log of its account. */
    private static final Duration UNTIL_APPENDED = Duration.ofSeconds(3);

    /** Of how many calls it is known up to which revision that was looked at. */
    private static final int MOST_LOOKED_AT = 10_000;

    /** How many calls in each state an account's list keeps. */
    private static final int LONGEST_LIST = 10_000;

    private static final Uni<Void> DONE = Uni.createFrom().voidItem();

    private final RedisScripts scripts;
    private final Keys keys;
    private final SnapshotCodec codec;
    private final LookupOptions options;
    private final Delay delay;
    private final WallClock clock;
    private final UnsharedRevisions unshared;

    /** Guarded by itself. */
    private final Map<CallKey, Long> lookedAt = new LinkedHashMap<>();

    AccountLog(
            RedisScripts scripts, Keys keys, SnapshotCodec codec, LookupOptions options, Delay delay, WallClock clock) {
        this.scripts = scripts;
        this.keys = keys;
        this.codec = codec;
        this.options = options;
        this.delay = delay;
        this.clock = clock;
        this.unshared = new UnsharedRevisions(delay, options.logMemory());
    }

    /** The revisions that are to be stored, or appended, once Redis can be used again. */
    UnsharedRevisions unshared() {
        return unshared;
    }

    /** Appends the revision of a change that is stored, if it has one; nobody waits for that. */
    void append(SnapshotChange change) {
        change.now()
                .status()
                .filter(status -> change.revision() > 0)
                .ifPresent(status -> append(change, status)
                        .subscribe()
                        .with(appended -> {}, unavailable -> unshared.add(change, () -> append(change, status))));
    }

    /** Appends the revision of a change that is stored, unless it, or a later one, is listed. Fails where Redis cannot be used. */
    Uni<Void> appendMissing(SnapshotChange change) {
        return change.now()
                .status()
                .map(status -> unlessListed(change.key(), status, () -> append(change, status)))
                .orElse(DONE);
    }

    /** The replica that stored a revision may be gone before it appended it: to store and to append are two scripts. */
    void ensureAppended(CallKey key, CallStatus status) {
        if (isLookedAt(key, status.revision())) {
            return;
        }
        Supplier<Uni<Void>> action = () -> unlessListed(key, status, () -> appendByHistory(key, status));
        delay.of(UNTIL_APPENDED)
                .chain(() -> action.get())
                .subscribe()
                .with(
                        appended -> {},
                        unavailable ->
                                unshared.add(new SnapshotChange(key, Snapshot.NOTHING, Snapshot.of(status)), action));
    }

    private Uni<Void> unlessListed(CallKey key, CallStatus status, Supplier<Uni<Void>> append) {
        return isListed(key, status).chain(listed -> listed ? DONE : append.get());
    }

    /** What has changed shows only beside the revision before it. */
    private Uni<Void> appendByHistory(CallKey key, CallStatus status) {
        return scripts.run(new ScriptCall.History(keys, key))
                .map(entries -> codec.statuses(key, entries).stream()
                        .filter(earlier -> earlier.revision() < status.revision())
                        .reduce((one, later) -> later)
                        .map(Snapshot::of)
                        .orElse(Snapshot.NOTHING))
                .chain(before -> append(new SnapshotChange(key, before, Snapshot.of(status)), status));
    }

    private Uni<Boolean> isListed(CallKey key, CallStatus status) {
        return scripts.run(new ScriptCall.IsListed(keys, key, status.revision()))
                .map(answer -> answer.toInteger() == 1);
    }

    private boolean isLookedAt(CallKey key, long revision) {
        synchronized (lookedAt) {
            Long before = lookedAt.remove(key);
            lookedAt.put(key, before == null ? revision : Math.max(before, revision));
            if (lookedAt.size() > MOST_LOOKED_AT) {
                lookedAt.remove(lookedAt.keySet().iterator().next());
            }
            return before != null && before >= revision;
        }
    }

    private Uni<Void> append(SnapshotChange change, CallStatus status) {
        return scripts.run(new ScriptCall.AppendRevision(
                        keys,
                        change.key(),
                        status,
                        entry(change, status),
                        LONGEST_LIST,
                        clock.now().minus(options.retention()),
                        options.retention()))
                .replaceWithVoid();
    }

    private Map<String, String> entry(SnapshotChange change, CallStatus status) {
        Map<String, String> entry = new LinkedHashMap<>();
        entry.put(ScriptCall.AppendRevision.GUID, change.key().guid().value());
        put(entry, "", status);
        change.before().status().ifPresent(before -> put(entry, ScriptCall.AppendRevision.BEFORE, before));
        return entry;
    }

    private void put(Map<String, String> entry, String prefix, CallStatus status) {
        codec.encode(Snapshot.of(status)).forEach((field, value) -> {
            if (!value.isEmpty()) {
                entry.put(prefix + field, value);
            }
        });
    }
}
