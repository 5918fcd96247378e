package dev.callwatch.call;

import dev.callwatch.account.Account;
import dev.callwatch.time.Delay;
import dev.callwatch.time.Timeouts;
import dev.callwatch.time.WallClock;
import io.micrometer.core.instrument.Timer;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.MDC;

/**
 * The status of calls: out of the cache while it is fresh, otherwise by one reading for all who ask, and the last known status
 * where Vonage cannot be read.
 */
@Singleton
public class Calls {

    /** The caller of readings that nobody waits for: polls, and what notifications lead to. */
    public static final String NO_CALLER = "";

    private static final String CALL_ID = "callId";

    private final LookupOptions options;
    private final CachePolicy policy;
    private final CallCache cache;
    private final CoalescedReader reader;
    private final CallUpdates updates;
    private final ReplicaSync replicas;
    private final Clock clock;
    private final WallClock wallClock;
    private final Delay delay;
    private final Timeouts timeouts;
    private final LookupMetrics metrics;

    Calls(
            LookupOptions options,
            CallCache cache,
            CoalescedReader reader,
            CallUpdates updates,
            ReplicaSync replicas,
            Clock clock,
            WallClock wallClock,
            Delay delay,
            Timeouts timeouts,
            LookupMetrics metrics) {
        this.options = options;
        this.policy = new CachePolicy(options.freshness());
        this.cache = cache;
        this.reader = reader;
        this.updates = updates;
        this.replicas = replicas;
        this.clock = clock;
        this.wallClock = wallClock;
        this.delay = delay;
        this.timeouts = timeouts;
        this.metrics = metrics;
    }

    /**
     * Looks a call up.
     *
     * @param account an account that this process serves
     * @param directives how fresh the answer has to be
     * @param caller on whose behalf, so that callers share the account's budget fairly; empty for all that have no name
     * @return its status; where Vonage cannot be read the last known one; an {@link UpstreamFailure} where none is known,
     *     {@link NotCached} where Vonage must not be asked. Cancelling it cancels nothing that others wait for
     */
    public Uni<LookupResult> lookUp(Account account, CallGuid guid, CacheDirectives directives, String caller) {
        return lookUp(account, guid, directives, caller, Instant.MAX);
    }

    /**
     * The answer of {@link #lookUp} where a status is cached that is fresh enough: most look-ups end here, and a pipeline would cost
     * them more than all else.
     *
     * @return empty where a look-up has to do more, or fails
     */
    public Optional<LookupResult> lookUpCached(Account account, CallGuid guid, CacheDirectives directives) {
        Timer.Sample since = metrics.start();
        CachedCall cached = cache.get(new CallKey(account.key(), guid));
        return policy.fromCache(cached, directives, clock.instant())
                .flatMap(CachePolicy.Outcome::found)
                .map(result -> {
                    MDC.put(CALL_ID, guid.value());
                    metrics.lookedUp(since, account.key(), result, null);
                    return result;
                });
    }

    /** Looks a call up, but waits no longer than until a deadline by the steady clock. A reading goes on after it for others. */
    Uni<LookupResult> lookUp(
            Account account, CallGuid guid, CacheDirectives directives, String caller, Instant deadline) {
        return Uni.createFrom().deferred(() -> {
            MDC.put(CALL_ID, guid.value());
            Timer.Sample since = metrics.start();
            CallKey key = new CallKey(account.key(), guid);
            CoalescedReader.Request request =
                    new CoalescedReader.Request(account, key, directives, caller, Instant.MIN);
            return answer(request, deadline)
                    .onItemOrFailure()
                    .invoke((result, failure) -> metrics.lookedUp(since, account.key(), result, failure));
        });
    }

    /**
     * Reads a call again for somebody who knows it already: by a reading that begins after this request and at least 1 s after the
     * last one. All who ask so meanwhile share it.
     *
     * @param revision the last revision that the caller knows, no more than the tolerance of clocks in the future
     * @param caller on whose behalf
     * @return its status under a revision above that one, or an {@link UpstreamFailure}: never what was known before
     */
    public Uni<CallStatus> readAgain(Account account, CallGuid guid, long revision, String caller) {
        CallKey key = new CallKey(account.key(), guid);
        return Uni.createFrom().deferred(() -> {
            CoalescedReader.Request request =
                    new CoalescedReader.Request(account, key, CacheDirectives.NONE, caller, clock.instant());
            Duration wait = untilReadable(account, guid);
            Uni<Void> turn = wait.isZero() ? Uni.createFrom().voidItem() : delay.of(wait);
            return turn.chain(() -> reader.read(request)).chain(reading -> above(key, revision, reading.call()));
        });
    }

    /**
     * The last status of a call that any replica knows, under a revision above another one. Vonage is not asked.
     *
     * @param known a status of it, where none is cached any more
     * @param revision no more than the tolerance of clocks in the future
     */
    public Uni<CallStatus> raised(Account account, CallStatus known, long revision) {
        CallKey key = new CallKey(account.key(), new CallGuid(known.id()));
        retain(account, known);
        return replicas.sync(key).chain(call -> above(key, revision, call));
    }

    private Uni<CallStatus> above(CallKey key, long revision, CachedCall call) {
        CallStatus status = call.snapshot().status().orElseThrow();
        if (status.revision() > revision) {
            return Uni.createFrom().item(status);
        }
        Snapshot raised = Snapshot.of(Revision.raise(status, revision, wallClock.now()));
        return replicas.sync(key, raised).chain(applied -> above(key, revision, applied));
    }

    /** How long {@link #readAgain} would wait at first, since the call was read a moment ago; zero where it would not. */
    public Duration untilReadable(Account account, CallGuid guid) {
        Duration wait = CachePolicy.BETWEEN_FORCED_READINGS.minus(sinceChecked(account, guid));
        return wait.isNegative() ? Duration.ZERO : wait;
    }

    /** How long ago Vonage was asked about a call last, with or without success, as far as this replica knows. */
    public Duration sinceChecked(Account account, CallGuid guid) {
        return cache.get(new CallKey(account.key(), guid)).checkedAge(clock.instant());
    }

    /** How long a look-up is answered with Vonage's 404 without asking again, if one is known and stands for all. */
    public Optional<Missing> missing(Account account, CallGuid guid) {
        return policy.missing(cache.get(new CallKey(account.key(), guid)), clock.instant());
    }

    /** The last status of a call, however old, if it is cached here. */
    public Optional<CallStatus> known(Account account, CallGuid guid) {
        return cache.get(new CallKey(account.key(), guid)).snapshot().status();
    }

    /** The last answer about a call, however old, without asking Vonage. */
    public Optional<LookupResult> lastResult(Account account, CallGuid guid) {
        return policy.lastKnown(cache.get(new CallKey(account.key(), guid)), clock.instant());
    }

    /** The last status of a call that any replica knows, however old, without asking Vonage. */
    public Uni<Optional<CallStatus>> knownAnywhere(Account account, CallGuid guid) {
        return replicas.sync(new CallKey(account.key(), guid))
                .map(call -> call.snapshot().status());
    }

    /** The last revisions of a call that are cached here, the oldest first, at most 33. */
    public List<CallStatus> history(Account account, CallGuid guid) {
        return cache.get(new CallKey(account.key(), guid)).history();
    }

    /** The last revisions of a call that any replica keeps, the oldest first, at most 33. */
    public Uni<List<CallStatus>> historyAnywhere(Account account, CallGuid guid) {
        return replicas.history(new CallKey(account.key(), guid));
    }

    /** Like {@link #historyAnywhere}, but it fails where it cannot be read now what all replicas keep. */
    public Uni<List<CallStatus>> sharedHistory(Account account, CallGuid guid) {
        return replicas.sharedHistory(new CallKey(account.key(), guid));
    }

    /** Keeps a status that somebody still needs, where the cache has evicted it. */
    public void retain(Account account, CallStatus status) {
        CallKey key = new CallKey(account.key(), new CallGuid(status.id()));
        if (cache.get(key).snapshot().status().isEmpty()) {
            updates.restore(key, status);
        }
    }

    /** Whether nothing more is to come of a call: it has ended, and its disposition is set or no longer waited for. */
    public boolean isSettled(CallStatus status) {
        return options.freshness().isSettled(status, wallClock.now());
    }

    /** Whether an ordinary look-up would be answered without asking Vonage. */
    boolean isCached(Account account, CallGuid guid) {
        CachedCall cached = cache.get(new CallKey(account.key(), guid));
        return policy.fromCache(cached, CacheDirectives.NONE, clock.instant()).isPresent();
    }

    private Uni<LookupResult> answer(CoalescedReader.Request request, Instant deadline) {
        CachedCall cached = cache.get(request.key());
        return fromCache(cached, request.directives())
                .orElseGet(() -> request.directives().onlyIfCached()
                        ? replicas.sync(request.key())
                                .chain(synced -> fromCache(synced, request.directives())
                                        .orElseGet(() -> Uni.createFrom().failure(new NotCached())))
                        : read(request, cached, deadline));
    }

    private Optional<Uni<LookupResult>> fromCache(CachedCall cached, CacheDirectives directives) {
        return policy.fromCache(cached, directives, clock.instant()).map(CachePolicy.Outcome::asUni);
    }

    private Uni<LookupResult> read(CoalescedReader.Request request, CachedCall cached, Instant deadline) {
        LookupResult.CacheStatus reason = policy.forwardReason(cached, request.directives(), clock.instant());
        return timeouts.until(deadline, reader.read(request), UpstreamFailure.DeadlinePassed::new)
                .chain(reading -> reading.made()
                        ? Uni.createFrom().item(result(reading.call(), reason))
                        : fromCache(reading.call(), request.directives()).orElseGet(() -> answer(request, deadline)))
                .onFailure(UpstreamFailure.class)
                .recoverWithUni(failure -> policy.onError(cache.get(request.key()), failure, clock.instant())
                        .asUni());
    }

    private LookupResult result(CachedCall call, LookupResult.CacheStatus reason) {
        return policy.result(call.snapshot().status().orElseThrow(), reason, call.statusAge(clock.instant()));
    }
}
