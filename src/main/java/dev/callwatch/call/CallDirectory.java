package dev.callwatch.call;

import dev.callwatch.account.AccountKey;
import dev.callwatch.time.WallClock;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Lists the calls of an account that any replica keeps, without asking Vonage. */
@Singleton
public class CallDirectory {

    /** How many statuses are read first; then twice as many, and so on: they may be large, and in Redis. */
    private static final int READ_FIRST = 2;

    private final CallCache cache;
    private final CallUpdates updates;
    private final Coordination coordination;
    private final LookupOptions options;
    private final CachePolicy policy;
    private final Clock clock;
    private final WallClock wallClock;

    CallDirectory(
            CallCache cache,
            CallUpdates updates,
            Coordination coordination,
            LookupOptions options,
            Clock clock,
            WallClock wallClock) {
        this.cache = cache;
        this.updates = updates;
        this.coordination = coordination;
        this.options = options;
        this.policy = new CachePolicy(options.freshness());
        this.clock = clock;
        this.wallClock = wallClock;
    }

    /**
     * A part of the list.
     *
     * @param calls their last known statuses, the last changed first
     * @param next where the next page follows; empty on the last page
     */
    public record Page(List<CallStatus> calls, Optional<CallPosition> next) {}

    /**
     * The calls that are asked for and have changed within the retention of look-ups. A call that changes while somebody pages
     * through the list moves to its beginning, so it may be missing on the later pages.
     *
     * @return a page; it may have fewer calls than the limit where some were forgotten or changed meanwhile, or where documents are
     *     large: they have 1 MiB together, or there is but one. It never fails
     */
    public Uni<Page> newest(AccountKey account, CallQuery query) {
        return newest(account, query, coordination);
    }

    /** Like {@link #newest}, but it fails where it cannot be read now what all replicas keep. */
    public Uni<Page> newestShared(AccountKey account, CallQuery query) {
        return newest(account, query, coordination.shared());
    }

    private Uni<Page> newest(AccountKey account, CallQuery query, SharedCalls shared) {
        CallQuery retained = query.notBefore(wallClock.now().minus(options.retention()));
        CallQuery oneMore = retained.withLimit(retained.limit() + 1);
        return shared.newest(account, oneMore)
                .map(elsewhere -> merged(cache.find(account, oneMore), elsewhere))
                .chain(positions -> page(account, retained, positions, shared));
    }

    /** Each call once, at its latest position. */
    private static List<CallPosition> merged(List<CallPosition> here, List<CallPosition> elsewhere) {
        Map<CallGuid, CallPosition> latest = new HashMap<>();
        here.forEach(position -> latest.put(position.guid(), position));
        elsewhere.forEach(position -> latest.merge(
                position.guid(), position, (one, other) -> one.revision() >= other.revision() ? one : other));
        return latest.values().stream().sorted().toList();
    }

    /** A place in the list, and the status there, unless it was forgotten meanwhile. */
    private record Listed(CallPosition position, Optional<CallStatus> status) {

        private int text() {
            return status.map(known -> known.vonage().length()).orElse(0);
        }
    }

    private Uni<Page> page(AccountKey account, CallQuery query, List<CallPosition> positions, SharedCalls shared) {
        List<CallPosition> wanted = positions.stream().limit(query.limit()).toList();
        return read(account, wanted, List.of(), shared)
                .map(CallDirectory::fitting)
                .map(listed -> {
                    Optional<CallPosition> next = listed.size() < positions.size()
                            ? Optional.of(listed.get(listed.size() - 1).position())
                            : Optional.empty();
                    return new Page(
                            listed.stream()
                                    .map(Listed::status)
                                    .flatMap(Optional::stream)
                                    .filter(query::matches)
                                    .toList(),
                            next);
                });
    }

    /** Reads on, until these are enough. */
    private Uni<List<Listed>> read(
            AccountKey account, List<CallPosition> wanted, List<Listed> before, SharedCalls shared) {
        if (before.size() == wanted.size() || fitting(before).size() < before.size()) {
            return Uni.createFrom().item(before);
        }
        List<Uni<Listed>> some = wanted.stream()
                .skip(before.size())
                .limit(Math.max(READ_FIRST, before.size()))
                .map(position -> status(account, position, shared).map(status -> new Listed(position, status)))
                .toList();
        return Uni.join()
                .all(some)
                .andFailFast()
                .map(now -> Stream.concat(before.stream(), now.stream()).toList())
                .chain(all -> read(account, wanted, all, shared));
    }

    /** As many as a page may have. */
    private static List<Listed> fitting(List<Listed> all) {
        return all.subList(0, OneAnswer.fitting(all, Listed::text));
    }

    /** The status of a call; what another replica has read is fetched. */
    private Uni<Optional<CallStatus>> status(AccountKey account, CallPosition position, SharedCalls shared) {
        CallKey key = new CallKey(account, position.guid());
        CachedCall cached = cache.get(key);
        Uni<CachedCall> current = cached.snapshot().revision() >= position.revision()
                ? Uni.createFrom().item(cached)
                : shared.sync(key, cached.snapshot()).map(update -> updates.applyRemote(key, update));
        return current.onFailure(SharedUnavailable::isUnreadable)
                .recoverWithItem(cached)
                .map(call -> policy.lastKnown(call, clock.instant()).map(LookupResult::status));
    }
}
