package dev.callwatch.watch;

import dev.callwatch.account.Account;
import dev.callwatch.budget.Budget;
import dev.callwatch.call.CacheDirectives;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Calls;
import dev.callwatch.call.LookupResult;
import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.ProblemType;
import dev.callwatch.time.Delay;
import dev.callwatch.time.Race;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.MultiEmitter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Reads one call again and again while it has subscriptions, and ends for good when the last has left or nothing more is to
 * come.
 */
final class CallPoller {

    private static final Logger LOG = Logger.getLogger(CallPoller.class);

    /** A call just created may not be readable yet. */
    private static final Duration PATIENCE_WITH_404 = Duration.ofSeconds(5);

    private static final Cancellable NOT_STARTED = () -> {};
    private static final Cancellable STOPPED = () -> {};
    private static final Runnable NOT_WAITING = () -> {};

    /**
     * What pollers share.
     *
     * @param executor where their loops run, apart from the requests that began them
     * @param coverage whether notifications say when calls change
     * @param memory for the statuses of all of them
     * @param onSaved called with the polls that were not made because they do
     */
    record Dependencies(
            Calls calls,
            Delay delay,
            Clock clock,
            Executor executor,
            NotificationCoverage coverage,
            FollowedMemory memory,
            ObjLongConsumer<Account> onSaved) {}

    private final Account account;
    private final CallGuid guid;
    private final Budget budget;
    private final Dependencies dependencies;
    private final Consumer<CallPoller> onEnd;
    private final FollowedMemory.Share memory;
    private final FeedBroadcast broadcast;
    private final AtomicReference<Cancellable> loop = new AtomicReference<>(NOT_STARTED);

    private final AtomicReference<Runnable> wakeUp = new AtomicReference<>(NOT_WAITING);
    private PollInterval interval = PollInterval.FIRST;

    /** The length of the last pause. */
    private Duration paused = PollInterval.FIRST.length();

    private boolean changed;
    private Optional<Instant> missingSince = Optional.empty();

    /**
     * Polls a call as soon as somebody joins.
     *
     * @param buffer what is known of it
     * @param onEnd called once, when the poller has ended
     */
    CallPoller(
            Account account,
            CallGuid guid,
            ReplayBuffer buffer,
            Budget budget,
            Dependencies dependencies,
            Consumer<CallPoller> onEnd) {
        this.account = account;
        this.guid = guid;
        this.memory = dependencies.memory().share();
        this.broadcast = new FeedBroadcast(FeedState.of(fitting(buffer).orElse(ReplayBuffer.EMPTY)));
        this.budget = budget;
        this.dependencies = dependencies;
        this.onEnd = onEnd;
    }

    /**
     * Passes on the current state, and each that follows, until the poller ends.
     *
     * @return whether it did; not where the poller has ended
     */
    boolean join(MultiEmitter<? super FeedState> emitter) {
        FeedBroadcast.Subscription subscription = new FeedBroadcast.Subscription(emitter);
        FeedBroadcast.Join join = broadcast.join(subscription);
        if (join == FeedBroadcast.Join.REFUSED) {
            return false;
        }
        emitter.onTermination(() -> leave(subscription));
        if (join == FeedBroadcast.Join.FIRST) {
            dependencies.executor().execute(this::begin);
        }
        return true;
    }

    /** The call has a new revision, whoever read it. */
    void changed(CallStatus now) {
        synchronized (this) {
            changed = true;
            interval = PollInterval.afterChange(now.ended().orElse(false));
        }
        boolean settled = dependencies.calls().isSettled(now);
        FeedState state = broadcast.update(known -> read(known, now, settled));
        if (state.settled() && broadcast.isCurrent()) {
            close();
        }
    }

    /** Other replicas keep older revisions of the call. */
    void extend(ReplayBuffer longer) {
        broadcast.update(state -> {
            ReplayBuffer extended = state.buffer().orLonger(longer);
            return fits(extended) ? state.extended(extended) : state;
        });
    }

    /** Ends it for all subscriptions. */
    void close() {
        if (broadcast.close()) {
            stop();
        }
    }

    private void leave(FeedBroadcast.Subscription subscription) {
        if (broadcast.leave(subscription)) {
            stop();
        }
    }

    private void stop() {
        memory.close();
        onEnd.accept(this);
        loop.getAndSet(STOPPED).cancel();
    }

    private void begin() {
        Cancellable running = Uni.createFrom()
                .deferred(this::poll)
                .chain(this::pause)
                .replaceWith(true)
                .repeat()
                .indefinitely()
                .subscribe()
                .with(polled -> {});
        if (!loop.compareAndSet(NOT_STARTED, running)) {
            running.cancel();
        }
    }

    /** Reads the call, unless somebody else has just done so. Never fails. */
    private Uni<Void> poll() {
        broadcast.state().buffer().current().ifPresent(this::retain);
        return inSlot(() -> dependencies.calls().lookUp(account, guid, noOlderThanTheInterval(), Calls.NO_CALLER))
                .invoke(this::read)
                .replaceWithVoid()
                .onFailure(ProblemException.class)
                .recoverWithUni(failure -> {
                    failed(failure);
                    return Uni.createFrom().voidItem();
                })
                .onFailure()
                .recoverWithUni(defect -> {
                    defect(defect);
                    return Uni.createFrom().voidItem();
                });
    }

    /** Keeps the last status where the cache has evicted it, and no more events than the cache does: it is what bounds memory. */
    private void retain(CallStatus current) {
        dependencies.calls().retain(account, current);
        List<CallStatus> kept = dependencies.calls().history(account, guid);
        broadcast.update(state -> {
            ReplayBuffer buffer = kept.isEmpty()
                    ? state.buffer()
                    : state.buffer().since(kept.get(0).revision());
            return state.trimmed(fitting(buffer).orElse(buffer));
        });
    }

    /** With a status, and as much of the history as there is memory for; where there is none for the status, that is a failure. */
    private FeedState read(FeedState state, CallStatus status, boolean settled) {
        return fitting(state.buffer().with(status))
                .map(buffer -> state.read(buffer, settled))
                .orElseGet(() -> state.failed(new TooMuchFollowed()));
    }

    /** A buffer, or its last event where there is no memory to spare; nothing where there is none for that one either. */
    private Optional<ReplayBuffer> fitting(ReplayBuffer buffer) {
        return fits(buffer)
                ? Optional.of(buffer)
                : Optional.of(buffer.latest()).filter(last -> memory.take(last.weight()));
    }

    private boolean fits(ReplayBuffer buffer) {
        long weight = buffer.weight();
        return weight == buffer.latest().weight() ? memory.take(weight) : memory.takeSpare(weight);
    }

    /** The first subscriber waits like for a look-up; the polls that follow wait for a slot. */
    private Uni<LookupResult> inSlot(Supplier<Uni<LookupResult>> lookUp) {
        return broadcast.isCurrent() ? budget.pollSlot(guid.value(), lookUp) : lookUp.get();
    }

    private synchronized CacheDirectives noOlderThanTheInterval() {
        return CacheDirectives.maxAge(paused.minusMillis(1));
    }

    private Uni<Void> pause() {
        return pauseFor(interval()).chain(this::rest);
    }

    /** Where notifications come, whoever has read the call meanwhile has saved the poll. */
    private Uni<Void> rest() {
        if (!isNotified()) {
            return Uni.createFrom().voidItem();
        }
        Duration left = interval().minus(dependencies.calls().sinceChecked(account, guid));
        if (left.compareTo(Duration.ZERO) > 0) {
            return pauseFor(left).chain(this::rest);
        }
        dependencies.onSaved().accept(account, savedPolls());
        return Uni.createFrom().voidItem();
    }

    private Uni<Void> pauseFor(Duration length) {
        return Race.between(dependencies.delay().of(length), Uni.createFrom().<Void>emitter(emitter -> {
            wakeUp.set(() -> emitter.complete(null));
            if (isTooLong(length)) {
                wakeUp.getAndSet(NOT_WAITING).run();
            }
        }));
    }

    /** Whether notifications have ceased since the length of a pause was computed. */
    private synchronized boolean isTooLong(Duration length) {
        return length.compareTo(paused) > 0;
    }

    private boolean isNotified() {
        return dependencies.coverage().covers(account.key());
    }

    private synchronized long savedPolls() {
        return interval.saved();
    }

    private synchronized Duration interval() {
        paused = isNotified() ? interval.whenNotified() : interval.length();
        return paused;
    }

    /** Notifications no longer say when the call changes: a pause that relied on them ends. */
    void uncovered() {
        boolean tooLong;
        synchronized (this) {
            tooLong = paused.compareTo(interval.length()) > 0;
            paused = interval.length();
        }
        if (tooLong) {
            wakeUp.getAndSet(NOT_WAITING).run();
        }
    }

    private void read(LookupResult result) {
        if (result.error().isPresent()) {
            failed(result.error().get());
            return;
        }
        CallStatus status = result.status();
        boolean settled = dependencies.calls().isSettled(status);
        synchronized (this) {
            missingSince = Optional.empty();
            boolean ended = status.ended().orElse(false);
            PollInterval next = ended ? PollInterval.afterEnd() : interval.afterQuietPoll();
            interval = changed ? PollInterval.afterChange(ended) : next;
            changed = false;
        }
        FeedState state = broadcast.updateByReading(known -> read(known, status, settled));
        if (state.settled()) {
            close();
        } else if (state.error().isPresent()) {
            pauseAfter(state.error().get());
        }
    }

    private void failed(ProblemException failure) {
        boolean missing = failure.type() == ProblemType.CALL_NOT_FOUND;
        synchronized (this) {
            if (missing && isWithinPatience()) {
                interval = PollInterval.MISSING;
                return;
            }
        }
        pauseAfter(failure);
        broadcast.updateByReading(state -> missing ? state.missing(failure) : state.failed(failure));
        if (missing) {
            close();
        }
    }

    private synchronized void pauseAfter(ProblemException failure) {
        interval = PollInterval.afterFailure(failure.retryAfter().orElse(Duration.ZERO));
    }

    private synchronized void defect(Throwable defect) {
        LOG.errorf(defect, "A poll of call %s failed", guid);
        interval = PollInterval.afterFailure(Duration.ZERO);
    }

    private boolean isWithinPatience() {
        Instant now = dependencies.clock().instant();
        Instant since = missingSince.orElse(now);
        missingSince = Optional.of(since);
        return now.isBefore(since.plus(PATIENCE_WITH_404));
    }
}
