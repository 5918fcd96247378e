package dev.callwatch.call;

import dev.callwatch.account.AccountKey;
import dev.callwatch.account.Accounts;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The revisions that become known to this process, in its memory: the last {@value #LONGEST} of each account, or fewer where their
 * documents are large. Positions of another process, or of this one before its last start, are unknown here. Safe for concurrent use.
 */
@Singleton
@Typed(LocalRevisionLog.class)
public final class LocalRevisionLog implements RevisionLog {

    /** With documents of 0.4 KB some 1 MB for each account, most of which the cache holds as well. */
    static final int LONGEST = 500;

    /** Of one account, in bytes: enough for all its revisions with documents of 1 KB. */
    private static final long LEAST_MEMORY = 2L << 20;

    private static final Pattern POSITION = Pattern.compile("([0-9a-f]{8})\\.([0-9]{1,18})");

    private final CallCache cache;
    private final long memoryOfAccount;
    private final Consumer<LogAppended> observers;
    private final String process = UUID.randomUUID().toString().substring(0, 8);
    private final Map<AccountKey, Log> logs = new ConcurrentHashMap<>();

    @Inject
    LocalRevisionLog(CallCache cache, LookupOptions options, Accounts accounts, Event<LogAppended> observers) {
        this(
                cache,
                Math.max(
                        LEAST_MEMORY,
                        options.logMemory() / Math.max(1, accounts.all().size())),
                observers::fire);
    }

    /** @param memoryOfAccount in bytes, about: how much the entries of one account may take */
    LocalRevisionLog(CallCache cache, long memoryOfAccount, Consumer<LogAppended> observers) {
        this.cache = cache;
        this.memoryOfAccount = memoryOfAccount;
        this.observers = observers;
    }

    /** The last entries of one account. Guarded by itself. */
    private static final class Log {

        private final Deque<Entry> entries = new ArrayDeque<>();
        private long last;
        private long weight;

        private void add(Entry entry) {
            entries.add(entry);
            weight += weight(entry);
        }

        private void removeFirst() {
            weight -= weight(entries.remove());
        }

        private static long weight(Entry entry) {
            return (long) CachedCall.weight(entry.now())
                    + entry.before().map(CachedCall::weight).orElse(0);
        }
    }

    void append(@Observes CallChanged change) {
        CallStatus now = change.now();
        Optional<CallStatus> before = before(new CallKey(change.account(), new CallGuid(now.id())), now);
        Log log = log(change.account());
        synchronized (log) {
            log.last++;
            log.add(new Entry(position(log.last), before, now));
            // The last one always stays, so that those who follow the account see every revision.
            while (log.entries.size() > LONGEST || log.weight > memoryOfAccount && log.entries.size() > 1) {
                log.removeFirst();
            }
        }
        observers.accept(new LogAppended(change.account()));
    }

    private Optional<CallStatus> before(CallKey key, CallStatus now) {
        return cache.get(key).history().stream()
                .filter(status -> status.revision() < now.revision())
                .reduce((earlier, later) -> later);
    }

    @Override
    public Uni<Slice> read(AccountKey account, Optional<String> after, int most) {
        Log log = log(account);
        synchronized (log) {
            if (after.isEmpty()) {
                return Uni.createFrom().item(new Slice(List.of(), position(log.last), true));
            }
            long first = log.last - log.entries.size() + 1;
            long next = number(after.get()) + 1;
            if (next < first || next > log.last + 1) {
                return Uni.createFrom().item(new Slice(List.of(), position(log.last), false));
            }
            List<Entry> entries =
                    log.entries.stream().skip(next - first).limit(most).toList();
            String end = entries.isEmpty()
                    ? after.get()
                    : entries.get(entries.size() - 1).position();
            return Uni.createFrom().item(new Slice(entries, end, true));
        }
    }

    /** Where nothing is shared, there is nothing else to read. */
    @Override
    public Uni<Slice> readShared(AccountKey account, Optional<String> after, int most) {
        return read(account, after, most);
    }

    private String position(long number) {
        return process + "." + number;
    }

    /** Far below the first where the position is none of this process. */
    private long number(String position) {
        Matcher parts = POSITION.matcher(position);
        return parts.matches() && parts.group(1).equals(process) ? Long.parseLong(parts.group(2)) : Long.MIN_VALUE / 2;
    }

    private Log log(AccountKey account) {
        return logs.computeIfAbsent(account, absent -> new Log());
    }
}
