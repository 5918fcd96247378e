package dev.callwatch.call;

import dev.callwatch.account.Account;
import dev.callwatch.problem.ProblemType;
import dev.callwatch.time.Timeouts;
import dev.callwatch.time.WallClock;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Reads calls from Vonage, each once at a time: in this process all who ask share one reading, and of several replicas the one
 * that holds the lease reads. Whoever stops waiting cancels nothing that others wait for.
 */
@Singleton
class CoalescedReader {

    /** Clocks of replicas differ by no more. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(5);

    private static final UpstreamFailure ABORTED = UpstreamFailure.ofOtherReplica(
            ProblemType.UPSTREAM_ERROR, "Another replica failed to read the call.", Optional.empty());

    private final CallReader vonage;
    private final Coordination coordination;
    private final CallCache cache;
    private final CallUpdates updates;
    private final CachePolicy policy;
    private final Duration deadline;
    private final Clock clock;
    private final WallClock wallClock;
    private final Timeouts timeouts;
    private final ConcurrentMap<CallKey, InFlight> inFlight = new ConcurrentHashMap<>();

    CoalescedReader(
            CallReader vonage,
            Coordination coordination,
            CallCache cache,
            CallUpdates updates,
            LookupOptions options,
            Clock clock,
            WallClock wallClock,
            Timeouts timeouts) {
        this.vonage = vonage;
        this.coordination = coordination;
        this.cache = cache;
        this.updates = updates;
        this.policy = new CachePolicy(options.freshness());
        this.deadline = options.deadline();
        this.clock = clock;
        this.wallClock = wallClock;
        this.timeouts = timeouts;
    }

    /**
     * The result of a reading.
     *
     * @param call what is cached of the call since
     * @param made whether Vonage was asked while the caller waited; otherwise another replica knew more than this process
     */
    record Reading(CachedCall call, boolean made) {}

    /**
     * A reading that somebody wants.
     *
     * @param directives where another replica knows of an answer that satisfies them, Vonage is not asked
     * @param caller on whose behalf, so that callers share the account's budget fairly
     * @param begunAfter by the steady clock: a reading that began before does not count; {@link Instant#MIN} for any
     */
    record Request(Account account, CallKey key, CacheDirectives directives, String caller, Instant begunAfter) {

        private boolean isStrict() {
            return !begunAfter.equals(Instant.MIN);
        }
    }

    /**
     * A reading that all who ask for the call meanwhile share.
     *
     * @param strict whether it surely reads after it began
     */
    private record InFlight(Instant begunAt, boolean strict, Uni<Reading> reading) {

        private boolean satisfies(Request request) {
            return !request.isStrict() || strict && !begunAt.isBefore(request.begunAfter());
        }
    }

    /**
     * Reads a call, or joins a reading of it that runs already.
     *
     * @return its result, or an {@link UpstreamFailure}
     */
    Uni<Reading> read(Request request) {
        return Uni.createFrom().deferred(() -> {
            InFlight running = inFlight.computeIfAbsent(request.key(), absent -> begin(request));
            return running.satisfies(request)
                    ? running.reading()
                    : running.reading().onItemOrFailure().transformToUni((tooEarly, failure) -> read(request));
        });
    }

    private InFlight begin(Request request) {
        Instant now = clock.instant();
        Uni<Reading> reading = Uni.createFrom()
                .deferred(() -> {
                    CachedCall cached = cache.get(request.key());
                    return isAnswered(request, cached)
                            ? Uni.createFrom().item(new Reading(cached, false))
                            : attempt(request, cached, now);
                })
                .onItemOrFailure()
                .invoke(() -> inFlight.remove(request.key()))
                .memoize()
                .indefinitely();
        return new InFlight(now, request.isStrict(), reading);
    }

    /** Whether another reading ended between the caller's look at the cache and its turn to read. */
    private boolean isAnswered(Request request, CachedCall cached) {
        return !request.isStrict()
                && policy.fromCache(cached, request.directives(), clock.instant())
                        .isPresent();
    }

    private Uni<Reading> attempt(Request request, CachedCall cached, Instant now) {
        Attempt attempt = new Attempt(request, now.plus(deadline), wallClock.now(), 0);
        return acquire(attempt, cached.snapshot());
    }

    /**
     * One reading for all who ask.
     *
     * @param request of whoever came first
     * @param deadline when its result is of no more use, by the steady clock
     * @param begunAt the time of day at which it began
     * @param waits how many readings of other replicas it has waited for
     */
    private record Attempt(Request request, Instant deadline, Instant begunAt, int waits) {

        private CallKey key() {
            return request.key();
        }

        private Attempt afterWaiting() {
            return new Attempt(request, deadline, begunAt, waits + 1);
        }

        /** A reading that had begun when this attempt did began too early for a strict request. */
        private boolean mayUseOthers() {
            return !request.isStrict() || waits > 1;
        }
    }

    /** Reads the call, or waits for the replica that reads it, unless another one has read it lately enough. */
    private Uni<Reading> acquire(Attempt attempt, Snapshot known) {
        return coordination.acquire(attempt.key(), known).chain(result -> {
            if (result instanceof Coordination.Update update) {
                return updated(attempt, update);
            }
            if (result instanceof Coordination.HeldElsewhere held) {
                return wait(attempt.afterWaiting(), held);
            }
            return read(attempt, known, (Coordination.Lease) result);
        });
    }

    private Uni<Reading> updated(Attempt attempt, Coordination.Update update) {
        CachedCall call = updates.applyRemote(attempt.key(), update);
        boolean suffices = !attempt.request().isStrict()
                && policy.fromCache(call, attempt.request().directives(), clock.instant())
                        .isPresent();
        return suffices ? Uni.createFrom().item(new Reading(call, false)) : acquire(attempt, update.snapshot());
    }

    private Uni<Reading> wait(Attempt attempt, Coordination.HeldElsewhere held) {
        return timeouts.until(attempt.deadline(), held.outcome(), UpstreamFailure.DeadlinePassed::new)
                .chain(outcome -> outcome.map(update -> readElsewhere(attempt, update))
                        .orElseGet(
                                () -> acquire(attempt, cache.get(attempt.key()).snapshot())));
    }

    /** The result of another replica: of the reading that was waited for, or of one long ago that it publishes only now. */
    private Uni<Reading> readElsewhere(Attempt attempt, Coordination.Update update) {
        boolean old = update.snapshot().checkedAt().isBefore(attempt.begunAt().minus(CLOCK_TOLERANCE));
        if (old || !attempt.mayUseOthers()) {
            return updated(attempt, update);
        }
        CachedCall call = updates.applyRemote(attempt.key(), update);
        return update.snapshot()
                .lastError()
                .<Uni<Reading>>map(error -> Uni.createFrom().failure(error.reason()))
                .orElseGet(() -> Uni.createFrom().item(new Reading(call, true)));
    }

    private Uni<Reading> read(Attempt attempt, Snapshot known, Coordination.Lease lease) {
        Request request = attempt.request();
        Duration left = Duration.between(clock.instant(), attempt.deadline());
        Optional<String> document = known.status().map(CallStatus::vonage);
        return vonage.read(request.account(), request.key().guid(), left, request.caller(), document)
                .chain(reading -> publish(attempt, reading, lease))
                .onFailure(UpstreamFailure.class)
                .call(failure -> fail(attempt.key(), failure, lease))
                .onFailure(failure -> !(failure instanceof UpstreamFailure))
                // A defect here must not keep the others waiting until the lease runs out.
                .call(() -> lease.abort(ABORTED));
    }

    private Uni<Reading> publish(Attempt attempt, CallReading reading, Coordination.Lease lease) {
        CachedCall cached = cache.get(attempt.key());
        Snapshot known = cached.snapshot();
        if (cached.readAt().isAfter(reading.askedAt())) {
            // Another replica asked later, and its answer came earlier: ours may be older.
            return lease.publish(known, known)
                    .map(update -> new Reading(updates.applyRemote(attempt.key(), update), true));
        }
        Account account = attempt.request().account();
        Duration age = Duration.between(reading.askedAt(), clock.instant());
        CallStatus status = Enrichment.next(
                account.key().value(),
                account.country(),
                attempt.key().guid(),
                reading,
                wallClock.now().minus(age),
                known.status());
        return lease.publish(known, Snapshot.of(status))
                .map(update -> new Reading(updates.applyRead(attempt.key(), update), true));
    }

    private Uni<Void> fail(CallKey key, UpstreamFailure reason, Coordination.Lease lease) {
        Snapshot known = cache.get(key).snapshot();
        Snapshot now = known.failed(reason, wallClock.now());
        return now.isCacheable()
                ? lease.publish(known, now)
                        .invoke(update -> updates.applyRead(key, update))
                        .replaceWithVoid()
                : lease.abort(reason);
    }
}
