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
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.MultiEmitter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * One call that somebody watches: a loop that polls it, and those who are told. The loop runs while there is anybody, and
 * ends for good when the last has left or nothing more is to come.
 */
final class CallPoller {

    private static final Logger LOG = Logger.getLogger(CallPoller.class);

    /** A call just created may not be readable yet. */
    private static final Duration PATIENCE_WITH_404 = Duration.ofSeconds(5);

    /**
     * What watches share.
     *
     * @param background where loops run, apart from the requests that began them
     */
    record Dependencies(Calls calls, Delay delay, Clock clock, Executor background) {}

    private final Account account;
    private final CallGuid guid;
    private final Budget budget;
    private final Dependencies means;
    private final Consumer<CallPoller> whenOver;

    private final Set<Subscription> readers = new HashSet<>();
    private FeedState view;
    private PollInterval pace = PollInterval.BRISK;
    private boolean changed;
    private Optional<Instant> missingSince = Optional.empty();
    private Optional<Cancellable> loop = Optional.empty();
    private boolean begun;
    private boolean over;
    private long told = -1;

    /** A reader, who is told views in their order whichever thread comes first. */
    private static final class Subscription {

        private final MultiEmitter<? super FeedState> emitter;
        private long version = -1;

        private Subscription(MultiEmitter<? super FeedState> emitter) {
            this.emitter = emitter;
        }

        private synchronized void tell(FeedState now) {
            if (now.version() > version) {
                version = now.version();
                emitter.emit(now);
            }
        }
    }

    /**
     * Watches a call as soon as somebody asks for {@link #views}.
     *
     * @param journal what is known of it
     * @param whenOver told once, when the watch is over
     */
    CallPoller(
            Account account,
            CallGuid guid,
            ReplayBuffer journal,
            Budget budget,
            Dependencies means,
            Consumer<CallPoller> whenOver) {
        this.account = account;
        this.guid = guid;
        this.view = FeedState.of(journal);
        this.budget = budget;
        this.means = means;
        this.whenOver = whenOver;
    }

    /** The current view, and each that follows, the latest where a reader is slow; ends when the watch is over. */
    Multi<FeedState> views() {
        return Multi.createFrom().<FeedState>emitter(this::join, BackPressureStrategy.LATEST);
    }

    synchronized boolean isOver() {
        return over;
    }

    /** Notes that the call has changed, whoever read it. */
    ReplayBuffer changed(CallStatus now) {
        ReplayBuffer journal;
        synchronized (this) {
            changed = true;
            journal = view.journal().with(now);
            view = view.read(journal, view.settled());
        }
        tell();
        return journal;
    }

    /** Notes what another replica keeps of the call, where that is more recent or reaches further back. */
    void recalled(ReplayBuffer elsewhere) {
        boolean current;
        synchronized (this) {
            view = view.recalled(view.journal().orLonger(elsewhere));
            current = begun;
        }
        // What is kept may be hours old: the first poll comes first.
        if (current) {
            tell();
        }
    }

    private void join(MultiEmitter<? super FeedState> emitter) {
        Subscription seat = new Subscription(emitter);
        boolean first;
        Optional<FeedState> current;
        synchronized (this) {
            if (over) {
                emitter.complete();
                return;
            }
            first = loop.isEmpty();
            readers.add(seat);
            if (first) {
                loop = Optional.of(() -> {});
            }
            // What is remembered may be hours old: the first poll comes first.
            current = Optional.of(view).filter(known -> begun);
        }
        emitter.onTermination(() -> leave(seat));
        current.ifPresent(seat::tell);
        if (first) {
            means.background().execute(this::begin);
        }
    }

    private void leave(Subscription seat) {
        boolean last;
        synchronized (this) {
            last = readers.remove(seat) && readers.isEmpty() && !over;
        }
        if (last) {
            finish();
        }
    }

    private void begin() {
        Cancellable running = Uni.createFrom()
                .deferred(this::poll)
                .chain(() -> means.delay().of(interval()))
                .replaceWith(true)
                .repeat()
                .indefinitely()
                .subscribe()
                .with(passed -> {}, defect -> {
                    LOG.error("A watch failed", defect);
                    finish();
                });
        boolean already;
        synchronized (this) {
            already = over;
            loop = Optional.of(running);
        }
        if (already) {
            running.cancel();
        }
    }

    /** Reads the call, unless somebody else has just done so. Never fails but for a defect. */
    private Uni<Void> poll() {
        return turn().chain(() -> means.calls().look(account, guid, noOlderThanTheInterval()))
                .invoke(this::sighted)
                .replaceWithVoid()
                .onFailure(ProblemException.class)
                .recoverWithUni(failure -> {
                    failed((ProblemException) failure);
                    return Uni.createFrom().voidItem();
                });
    }

    /** Who has just come waits like for a look-up; what follows waits its turn. */
    private Uni<Void> turn() {
        boolean first;
        synchronized (this) {
            first = !begun;
        }
        return first ? Uni.createFrom().voidItem() : budget.turn();
    }

    private synchronized CacheDirectives noOlderThanTheInterval() {
        return new CacheDirectives(Optional.of(pace.interval().minusMillis(1)), false);
    }

    private synchronized Duration interval() {
        return pace.interval();
    }

    private void sighted(LookupResult sighting) {
        if (sighting.reason().isPresent()) {
            failed(sighting.reason().get());
            return;
        }
        CallStatus status = sighting.status();
        boolean settled = means.calls().isSettled(status);
        synchronized (this) {
            begun = true;
            missingSince = Optional.empty();
            PollInterval next = status.ended().orElse(false) ? PollInterval.ended() : pace.quiet();
            pace = changed ? PollInterval.BRISK : next;
            changed = false;
            view = view.read(view.journal().with(status), settled);
        }
        tell();
        if (settled) {
            finish();
        }
    }

    private void failed(ProblemException failure) {
        boolean missing;
        synchronized (this) {
            missing = failure.type() == ProblemType.CALL_NOT_FOUND;
            if (missing && isWithinPatience()) {
                pace = PollInterval.BRISK;
                return;
            }
            begun = true;
            pace = PollInterval.failed(failure.retryAfter().orElse(Duration.ZERO));
            view = missing ? view.missing(failure) : view.troubled(failure);
        }
        tell();
        if (missing) {
            finish();
        }
    }

    private boolean isWithinPatience() {
        Instant now = means.clock().instant();
        Instant since = missingSince.orElse(now);
        missingSince = Optional.of(since);
        return now.isBefore(since.plus(PATIENCE_WITH_404));
    }

    private void tell() {
        FeedState now;
        List<Subscription> all;
        synchronized (this) {
            now = view;
            all = now.version() == told ? List.of() : List.copyOf(readers);
            told = now.version();
        }
        all.forEach(seat -> seat.tell(now));
    }

    /** Ends it for all readers. */
    void finish() {
        List<Subscription> left;
        Optional<Cancellable> running;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            left = List.copyOf(readers);
            readers.clear();
            running = loop;
        }
        whenOver.accept(this);
        running.ifPresent(Cancellable::cancel);
        left.forEach(seat -> seat.emitter.complete());
    }
}
