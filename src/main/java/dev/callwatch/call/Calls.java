package dev.callwatch.call;

import dev.callwatch.account.Account;
import dev.callwatch.problem.ProblemType;
import dev.callwatch.time.Timeouts;
import io.micrometer.core.instrument.Timer;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * Tells the status of a call: what is remembered while it is fresh, otherwise one reading for all who ask, and the last
 * known status where Vonage cannot be read.
 */
@Singleton
public class Calls {

    private static final Logger LOG = Logger.getLogger(Calls.class);

    private static final Duration BETWEEN_FORCED_READINGS = Duration.ofSeconds(1);

    /** So many calls can tell their changes at the same time. */
    private static final int TURNS = 64;

    /** What another replica reads now is no older than this by its clock. */
    private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(5);

    /** What is remembered is compared with what all know for so many calls at the same time: look-ups go before. */
    private static final int CONCURRENT_RECALLS = 4;

    private static final UpstreamFailure UNREADABLE = UpstreamFailure.ofOtherReplica(
            ProblemType.UPSTREAM_ERROR, "Another replica failed to read the call.", Optional.empty());

    private final CallReader vonage;
    private final LookupOptions options;
    private final CallCache memory;
    private final Clock clock;
    private final Timeouts timeouts;
    private final LookupMetrics metrics;
    private final Consumer<CallChanged> changes;
    private final Coordination replicas;
    private final ConcurrentMap<CallKey, Uni<Reading>> readings = new ConcurrentHashMap<>();
    private final AtomicReference<Cancellable> comparison = new AtomicReference<>(() -> {});
    private final Object[] turns = Stream.generate(Object::new).limit(TURNS).toArray();

    /**
     * What came of wanting to read a call.
     *
     * @param snapshot what is known of it since
     * @param made whether Vonage was asked while the caller waited
     */
    private record Reading(Snapshot snapshot, boolean made) {}

    @Inject
    Calls(
            CallReader vonage,
            LookupOptions options,
            CallCache memory,
            Coordination replicas,
            Clock clock,
            Timeouts timeouts,
            LookupMetrics metrics,
            Event<CallChanged> changes) {
        this(vonage, options, memory, replicas, clock, timeouts, metrics, changes::fire);
    }

    Calls(
            CallReader vonage,
            LookupOptions options,
            CallCache memory,
            Coordination replicas,
            Clock clock,
            Timeouts timeouts,
            LookupMetrics metrics,
            Consumer<CallChanged> changes) {
        this.vonage = vonage;
        this.options = options;
        this.memory = memory;
        this.replicas = replicas;
        this.clock = clock;
        this.timeouts = timeouts;
        this.metrics = metrics;
        this.changes = changes;
    }

    /**
     * Looks a call up.
     *
     * @param account an account that this process holds
     * @param demand how fresh the answer has to be
     * @return its status; where Vonage cannot be read the last known one; an {@link UpstreamFailure} where none is
     *     known, {@link NotCached} where Vonage must not be asked. Cancelling it cancels nothing that others wait for
     */
    public Uni<LookupResult> look(Account account, CallGuid guid, CacheDirectives demand) {
        return look(account, guid, demand, Instant.MAX);
    }

    /**
     * Looks a call up like {@link #look(Account, CallGuid, CacheDirectives)}, but waits no longer than until a deadline. A reading
     * goes on after it for others.
     */
    Uni<LookupResult> look(Account account, CallGuid guid, CacheDirectives demand, Instant deadline) {
        return Uni.createFrom().deferred(() -> {
            MDC.put("callId", guid.value());
            Timer.Sample since = metrics.start();
            return answer(account, new CallKey(account.key(), guid), demand, deadline)
                    .onItemOrFailure()
                    .invoke((sighting, failure) -> metrics.lookedUp(since, account.key(), sighting, failure));
        });
    }

    /** The last status of a call, however old, if it is remembered. */
    public Optional<CallStatus> known(Account account, CallGuid guid) {
        return memory.of(new CallKey(account.key(), guid)).status();
    }

    /** What is remembered of a call, however old, without asking Vonage. */
    public Optional<LookupResult> lastResult(Account account, CallGuid guid) {
        Snapshot known = memory.of(new CallKey(account.key(), guid));
        return known.lastError().isPresent()
                ? known.lastKnown()
                        .map(status -> stale(status, known.lastError().get().reason()))
                : known.status().map(status -> sighting(status, LookupResult.CacheStatus.HIT));
    }

    /** The last statuses of a call that other replicas keep, one a revision, the oldest first. */
    public Uni<List<CallStatus>> history(Account account, CallGuid guid) {
        return replicas.history(new CallKey(account.key(), guid));
    }

    /** Whether nothing more is to come of a call: it has ended, and its disposition is set or no longer waited for. */
    public boolean isSettled(CallStatus status) {
        return options.freshness().isSettled(status, clock.instant());
    }

    /** Whether an ordinary look-up would be answered without asking Vonage. */
    boolean remembers(Account account, CallGuid guid) {
        return remembered(memory.of(new CallKey(account.key(), guid)), CacheDirectives.ORDINARY)
                .isPresent();
    }

    /** Another replica has a new revision: where the call is known here, it is learnt at once. */
    void heard(@Observes RemoteRevision news) {
        Snapshot known = memory.of(news.key());
        if (known.isCacheable() && known.revision() < news.revision()) {
            recall(news.key()).subscribe().with(learnt -> {}, Calls::defect);
        }
    }

    /** Brings together what is remembered here and what the others know. */
    void back(@Observes ReplicasReconnected back) {
        Cancellable recalls = Multi.createFrom()
                .iterable(List.copyOf(memory.calls()))
                .onItem()
                .transformToUni(this::recall)
                .merge(CONCURRENT_RECALLS)
                .subscribe()
                .with(learnt -> {}, Calls::defect);
        // A comparison that was under way begins anew.
        comparison.getAndSet(recalls).cancel();
    }

    private static void defect(Throwable defect) {
        LOG.error("What other replicas know could not be learnt", defect);
    }

    private Uni<Snapshot> recall(CallKey key) {
        return Uni.createFrom()
                .deferred(() -> replicas.sync(key, memory.of(key)))
                .invoke(told -> learn(key, told))
                .map(Coordination.Update::snapshot);
    }

    private Uni<LookupResult> answer(Account account, CallKey key, CacheDirectives demand, Instant deadline) {
        Snapshot known = memory.of(key);
        return remembered(known, demand)
                .orElseGet(() -> demand.onlyIfCached()
                        ? recall(key)
                                .chain(learnt -> remembered(learnt, demand)
                                        .orElseGet(() -> Uni.createFrom().failure(new NotCached())))
                        : read(account, key, known, demand, deadline));
    }

    private Uni<LookupResult> read(
            Account account, CallKey key, Snapshot known, CacheDirectives demand, Instant deadline) {
        LookupResult.CacheStatus cacheStatus = cacheStatus(known, demand);
        return timeouts.until(
                        deadline,
                        Uni.createFrom().deferred(() -> join(account, key, known, demand)),
                        UpstreamFailure.DeadlinePassed::new)
                .chain(reading -> reading.made()
                        ? Uni.createFrom()
                                .item(sighting(reading.snapshot().status().orElseThrow(), cacheStatus))
                        : remembered(reading.snapshot(), demand)
                                .orElseGet(() -> answer(account, key, demand, deadline)))
                .onFailure(UpstreamFailure.class)
                .recoverWithUni(failure -> lastKnown(memory.of(key), (UpstreamFailure) failure));
    }

    /** What can be said without asking Vonage, if anything. */
    private Optional<Uni<LookupResult>> remembered(Snapshot known, CacheDirectives demand) {
        Instant now = clock.instant();
        Optional<CallStatus> fresh =
                known.status().filter(status -> !known.isForgotten() && suffices(status, demand, now));
        Optional<Snapshot.LastError> lastError = known.lastError().filter(recent -> stands(recent, demand, now));
        boolean troubled =
                lastError.isPresent() && (fresh.isEmpty() || demand.maxAge().isPresent());
        return troubled
                ? Optional.of(lastKnown(known, lastError.get().reason()))
                : fresh.map(status -> Uni.createFrom().item(sighting(status, LookupResult.CacheStatus.HIT)));
    }

    private boolean stands(Snapshot.LastError lastError, CacheDirectives demand, Instant now) {
        boolean justNow = now.isBefore(lastError.at().plus(BETWEEN_FORCED_READINGS));
        boolean missing = lastError.reason() instanceof UpstreamFailure.CallNotFound
                && options.freshness().isFreshlyMissing(lastError.at(), now)
                && demand.accepts(Duration.between(lastError.at(), now));
        return justNow || missing;
    }

    private boolean suffices(CallStatus status, CacheDirectives demand, Instant now) {
        Duration age = Duration.between(status.observed().at(), now);
        boolean forced = demand.maxAge().isPresent();
        return options.freshness().isFresh(status, now) && demand.accepts(age)
                || forced && age.compareTo(BETWEEN_FORCED_READINGS) < 0;
    }

    private LookupResult.CacheStatus cacheStatus(Snapshot known, CacheDirectives demand) {
        if (known.status().isEmpty()) {
            return LookupResult.CacheStatus.URI_MISS;
        }
        boolean fresh = options.freshness().isFresh(known.status().get(), clock.instant());
        return fresh && demand.maxAge().isPresent() ? LookupResult.CacheStatus.REQUEST : LookupResult.CacheStatus.STALE;
    }

    private LookupResult sighting(CallStatus status, LookupResult.CacheStatus cacheStatus) {
        return new LookupResult(
                status, cacheStatus, age(status), options.freshness().lifetime(status), Optional.empty());
    }

    private Uni<LookupResult> lastKnown(Snapshot known, UpstreamFailure reason) {
        // A reading that is given up leaves no trouble behind, so the status may not be marked yet.
        return known.lastKnown()
                .or(() -> known.status().map(CallStatus::asLastKnown))
                .map(status -> Uni.createFrom().item(stale(status, reason)))
                .orElseGet(() -> Uni.createFrom().failure(reason));
    }

    private LookupResult stale(CallStatus status, UpstreamFailure reason) {
        return new LookupResult(
                status, LookupResult.CacheStatus.STALE_ON_ERROR, age(status), Duration.ZERO, Optional.of(reason));
    }

    private Duration age(CallStatus status) {
        return Duration.between(status.observed().at(), clock.instant());
    }

    private Uni<Reading> join(Account account, CallKey key, Snapshot known, CacheDirectives demand) {
        return readings.computeIfAbsent(
                key,
                absent -> Uni.createFrom()
                        .deferred(() -> justRead(key, known)
                                .map(snapshot -> Uni.createFrom().item(new Reading(snapshot, true)))
                                .orElseGet(() -> begin(account, key, demand)))
                        .onItemOrFailure()
                        .invoke(() -> readings.remove(key))
                        .memoize()
                        .indefinitely());
    }

    /** What another reading brought between this caller's look at the memory and its turn to read. */
    private Optional<Snapshot> justRead(CallKey key, Snapshot known) {
        Snapshot now = memory.of(key);
        boolean news = now.lastError().isEmpty()
                && now.status().isPresent()
                && !now.status().equals(known.status());
        return news ? Optional.of(now) : Optional.empty();
    }

    private Uni<Reading> begin(Account account, CallKey key, CacheDirectives demand) {
        Instant now = clock.instant();
        Attempt attempt = new Attempt(account, key, demand, now, now.plus(options.deadline()));
        return claim(attempt, memory.of(key));
    }

    /**
     * A reading for all who ask at once.
     *
     * @param demand of who came first
     * @param begun when that was
     * @param deadline when it is of no more use
     */
    private record Attempt(Account account, CallKey key, CacheDirectives demand, Instant begun, Instant deadline) {}

    /** Reads the call, or waits for who reads it, unless somebody else has read it lately enough. */
    private Uni<Reading> claim(Attempt attempt, Snapshot known) {
        return replicas.acquire(attempt.key(), known).chain(claim -> {
            if (claim instanceof Coordination.Update told) {
                return told(attempt, told);
            }
            if (claim instanceof Coordination.HeldElsewhere taken) {
                return wait(attempt, taken);
            }
            return read(attempt, (Coordination.Lease) claim);
        });
    }

    private Uni<Reading> told(Attempt attempt, Coordination.Update told) {
        learn(attempt.key(), told);
        return remembered(told.snapshot(), attempt.demand()).isPresent()
                ? Uni.createFrom().item(new Reading(told.snapshot(), false))
                : claim(attempt, told.snapshot());
    }

    private Uni<Reading> wait(Attempt attempt, Coordination.HeldElsewhere taken) {
        return timeouts.until(attempt.deadline(), taken.outcome(), UpstreamFailure.DeadlinePassed::new)
                .chain(outcome -> outcome.map(told -> brought(attempt, told))
                        .orElseGet(() -> claim(attempt, memory.of(attempt.key()))));
    }

    /** What the reading of another replica brought, or what one has remembered for long and has shared only now. */
    private Uni<Reading> brought(Attempt attempt, Coordination.Update told) {
        if (told.snapshot().checkedAt().isBefore(attempt.begun().minus(CLOCKS_DIFFER))) {
            return told(attempt, told);
        }
        learn(attempt.key(), told);
        return told.snapshot()
                .lastError()
                .<Uni<Reading>>map(lastError -> Uni.createFrom().failure(lastError.reason()))
                .orElseGet(() -> Uni.createFrom().item(new Reading(told.snapshot(), true)));
    }

    private Uni<Reading> read(Attempt attempt, Coordination.Lease lease) {
        Duration left = Duration.between(clock.instant(), attempt.deadline());
        return vonage.read(
                        attempt.account(),
                        attempt.key().guid(),
                        left,
                        attempt.demand().caller())
                .chain(detail -> seen(attempt, detail, lease))
                .onFailure(UpstreamFailure.class)
                .call(failure -> failed(attempt.key(), (UpstreamFailure) failure, lease))
                .onFailure(failure -> !(failure instanceof UpstreamFailure))
                // A defect here must not keep the others waiting until the lease is renewed no more.
                .call(() -> lease.abort(UNREADABLE));
    }

    private Uni<Reading> seen(Attempt attempt, CallDetail detail, Coordination.Lease lease) {
        Account account = attempt.account();
        Snapshot known = memory.of(attempt.key());
        CallStatus status = Enrichment.next(
                account.key().value(),
                account.country(),
                attempt.key().guid(),
                detail,
                clock.instant(),
                known.status());
        return lease.publish(known, Snapshot.of(status)).map(told -> {
            learn(attempt.key(), told);
            return new Reading(told.snapshot(), true);
        });
    }

    private Uni<Void> failed(CallKey key, UpstreamFailure reason, Coordination.Lease lease) {
        Snapshot known = memory.of(key);
        Snapshot now = known.failed(reason, clock.instant());
        return now.isCacheable()
                ? lease.publish(known, now).invoke(told -> learn(key, told)).replaceWithVoid()
                : lease.abort(reason);
    }

    /** Remembers what is told of a call, and tells each new revision, in their order whoever brings them. */
    private void learn(CallKey key, Coordination.Update told) {
        synchronized (turns[Math.floorMod(key.hashCode(), TURNS)]) {
            Snapshot known = memory.of(key);
            if (told.snapshot().isSupersededBy(known) || !told.snapshot().isCacheable()) {
                return;
            }
            memory.keep(key, told.snapshot());
            told.since().stream()
                    .filter(status -> status.revision() > known.revision())
                    // What others saw before, while they were not heard of, is over for those who follow here.
                    .filter(status -> known.status()
                            .filter(last -> status.observed()
                                    .at()
                                    .isBefore(last.observed().at()))
                            .isEmpty())
                    .forEach(status -> changes.accept(new CallChanged(key.account(), status)));
        }
    }
}
