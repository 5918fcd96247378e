package dev.callwatch.call;

import dev.callwatch.account.AccountKey;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * The calls that the cache keeps, by account and state, the last changed first. A search costs no more than what it finds, in
 * each state. Safe for concurrent use.
 */
final class CallIndex {

    private record Shelf(AccountKey account, CallState state) {}

    private final ConcurrentMap<Shelf, NavigableSet<CallPosition>> shelves = new ConcurrentHashMap<>();

    /** The status of a call is no longer one, but another. */
    void replace(CallKey key, Optional<CallStatus> before, Optional<CallStatus> now) {
        boolean same = before.isPresent()
                && now.filter(status -> status.revision() == before.get().revision()
                                && status.state() == before.get().state())
                        .isPresent();
        if (same) {
            return;
        }
        now.ifPresent(status -> shelf(key.account(), status.state()).add(position(key, status)));
        before.ifPresent(status -> shelf(key.account(), status.state()).remove(position(key, status)));
    }

    /** The calls that are asked for. */
    List<CallPosition> find(AccountKey account, CallQuery query) {
        return query.states().stream()
                .flatMap(state -> following(shelf(account, state), query).stream()
                        .takeWhile(position -> position.revision() >= query.lowestRevision())
                        .limit(query.limit()))
                .sorted()
                .limit(query.limit())
                .toList();
    }

    private static NavigableSet<CallPosition> following(NavigableSet<CallPosition> shelf, CallQuery query) {
        return query.after().map(position -> shelf.tailSet(position, false)).orElse(shelf);
    }

    private static CallPosition position(CallKey key, CallStatus status) {
        return new CallPosition(status.revision(), key.guid());
    }

    private NavigableSet<CallPosition> shelf(AccountKey account, CallState state) {
        return shelves.computeIfAbsent(new Shelf(account, state), absent -> new ConcurrentSkipListSet<>());
    }
}
