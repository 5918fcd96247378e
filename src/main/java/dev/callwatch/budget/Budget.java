package dev.callwatch.budget;

import dev.callwatch.time.Delay;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * How often Vonage may be asked on behalf of one account. Its fair-use limit is shared by all VCC APIs of the account, so
 * every single request takes a permit first, and a background poll waits for its slot before that. Safe for concurrent use.
 */
public final class Budget {

    private static final Duration LEAST_WAIT = Duration.ofMillis(1);

    private final RateLimiter limiter;
    private final Clock clock;
    private final Delay delay;
    private final BudgetMetrics metrics;

    private final FairQueue requests = new FairQueue();
    private final FairQueue polls = new FairQueue();
    private final GuaranteedSlots guaranteedSlots;

    /** Permits of polls that have not sent their request yet, by the call that they poll. */
    private final Map<String, Permit> permitsOfPolls = new HashMap<>();

    /** Whether a poll has its slot and only its permit is missing. */
    private boolean pollIsDue;

    Budget(RateLimiter limiter, Clock clock, Delay delay, BudgetMetrics metrics) {
        this.limiter = limiter;
        this.clock = clock;
        this.delay = delay;
        this.metrics = metrics;
        this.guaranteedSlots = new GuaranteedSlots(limiter, clock);
    }

    /**
     * Sends a request under a permit: callers take turns, so that a busy caller does not starve the others, and each caller's
     * requests are served in the order of arrival. A request about a call that is polled uses the permit of the poll's slot.
     *
     * @param caller on whose behalf
     * @param call what it is about
     * @param deadline when it is of no more use
     * @param request begun once, with a permit. Once begun it runs to its own end, even if nobody waits for it any more, so
     *     that its 429 is noted
     * @return its outcome, or {@link BudgetExhausted} as soon as it is clear that there cannot be a permit before the deadline.
     *     Cancelling it leaves the queue
     */
    public <T> Uni<T> withPermit(String caller, String call, Instant deadline, Function<Permit, Uni<T>> request) {
        return Uni.createFrom().emitter(emitter -> {
            Request<T> waiting = new Request<>(caller, call, deadline, request, emitter);
            emitter.onTermination(waiting::depart);
            waiting.advance();
        });
    }

    /**
     * Polls in the background, in the order of arrival: once the account has permits to spare and no request waits, but with a
     * quarter of the budget in any case. With the slot comes a permit for the first request about the call; where none is
     * sent before the poll ends, it is given back.
     *
     * @param call what is polled, one poll at a time
     * @param poll begun once the slot is there
     * @return its outcome; it fails only where the poll does. Cancelling it leaves the queue or cancels the poll
     */
    public <T> Uni<T> pollSlot(String call, Supplier<Uni<T>> poll) {
        return Uni.createFrom().deferred(() -> {
            Poll waiting = new Poll(call);
            return Uni.createFrom()
                    .<Void>emitter(waiting::begin)
                    .chain(poll::get)
                    .onTermination()
                    .invoke(waiting::leave);
        });
    }

    /** Where it stands now. */
    public BudgetStatus status() {
        return new BudgetStatus(limiter.perMinute(), limiter.available(), limiter.pause());
    }

    /**
     * A request or a poll, which waits in its queue until it is served or departs. While it waits it {@link #check checks} whether its
     * turn has come: when it arrives, and each time after the {@link Wait} that the last check found.
     */
    private abstract class Turn {

        private final FairQueue queue;
        private final FairQueue.Waiter waiter;
        private Cancellable timer = () -> {};

        /** Until it is served or departs. Guarded by the budget. */
        private boolean waits = true;

        private Turn(FairQueue queue, String caller) {
            this.queue = queue;
            synchronized (Budget.this) {
                this.waiter = queue.enter(caller);
                reportWaiting();
            }
        }

        /**
         * Is served where it can take a permit, and departs where it cannot in time. Called with the lock of the budget.
         *
         * @return what to wait for; empty when it no longer waits
         */
        abstract Optional<Wait> check();

        /** Goes on, served or departed. Called without the lock. */
        abstract void end();

        /** Checks, unless it no longer waits. */
        final void advance() {
            Optional<Wait> wait;
            synchronized (Budget.this) {
                if (!waits) {
                    return;
                }
                wait = check();
                reportWaiting();
            }
            wait.ifPresentOrElse(this::checkAfter, this::end);
        }

        private void checkAfter(Wait wait) {
            if (wait.urgent()) {
                limiter.replenish();
            }
            Duration pause = shorter(wait.missing(), limiter.holds(wait.permits()));
            Cancellable begun = delay.of(atLeast(LEAST_WAIT, pause)).subscribe().with(passed -> advance());
            boolean gone;
            synchronized (Budget.this) {
                timer = begun;
                gone = !waits;
            }
            if (gone) {
                begun.cancel();
            }
        }

        /** How many are served before. */
        final int ahead() {
            return queue.ahead(waiter);
        }

        /** Leaves the queue with a permit. */
        final void served() {
            waits = false;
            queue.served(waiter);
        }

        /** Leaves the queue without a permit, unless it no longer waits. */
        final void depart() {
            synchronized (Budget.this) {
                if (!waits) {
                    return;
                }
                waits = false;
                queue.leave(waiter);
                reportWaiting();
            }
            timer.cancel();
        }
    }

    /**
     * The result of a check that found no permit yet.
     *
     * @param permits how many have to be there
     * @param missing how long that takes
     * @param urgent whether the turn has come, and only the permit is missing
     */
    private record Wait(long permits, Duration missing, boolean urgent) {}

    private final class Request<T> extends Turn {

        private final String call;
        private final Instant deadline;
        private final Function<Permit, Uni<T>> request;
        private final UniEmitter<? super T> emitter;
        private Optional<Permit> permit = Optional.empty();
        private Duration missing = Duration.ZERO;

        private Request(
                String caller,
                String call,
                Instant deadline,
                Function<Permit, Uni<T>> request,
                UniEmitter<? super T> emitter) {
            super(requests, caller);
            this.call = call;
            this.deadline = deadline;
            this.request = request;
            this.emitter = emitter;
        }

        @Override
        Optional<Wait> check() {
            // A poll that is due goes first.
            long needed = ahead() + 1L + (pollIsDue ? 1 : 0);
            permit = limiter.isPaused() ? Optional.empty() : permit(needed);
            if (permit.isPresent()) {
                served();
                return Optional.empty();
            }
            missing = atLeast(LEAST_WAIT, limiter.until(needed));
            if (clock.instant().plus(missing).isBefore(deadline)) {
                return Optional.of(new Wait(needed, missing, true));
            }
            depart();
            return Optional.empty();
        }

        /** The one of a poll of the same call, or one of its own. */
        private Optional<Permit> permit(long needed) {
            return Optional.ofNullable(permitsOfPolls.remove(call))
                    .or(() ->
                            limiter.available() < needed ? Optional.empty() : limiter.tryTake(RateLimiter.Use.REQUEST));
        }

        @Override
        void end() {
            permit.ifPresentOrElse(this::send, this::refuse);
        }

        private void send(Permit taken) {
            metrics.permitted();
            Uni.createFrom().deferred(() -> request.apply(taken)).subscribe().with(emitter::complete, emitter::fail);
        }

        private void refuse() {
            metrics.refused();
            emitter.fail(new BudgetExhausted(missing, limiter.isPaused()));
        }
    }

    private final class Poll extends Turn {

        private final String call;
        private UniEmitter<? super Void> emitter;
        private Optional<Permit> permit = Optional.empty();

        private Poll(String call) {
            super(polls, "");
            this.call = call;
        }

        private void begin(UniEmitter<? super Void> slot) {
            emitter = slot;
            advance();
        }

        @Override
        Optional<Wait> check() {
            int ahead = ahead();
            long spared = limiter.reserve() + 1 + ahead;
            Duration untilSpared = limiter.until(spared);
            Duration untilGuaranteed = guaranteedSlots.until(ahead);
            boolean isSpared = requests.isEmpty() && untilSpared.isZero();
            if (ahead == 0 && (isSpared || untilGuaranteed.isZero())) {
                return takePermit();
            }
            if (ahead == 0) {
                pollIsDue = false;
            }
            Duration untilSlot = untilSpared.compareTo(untilGuaranteed) < 0
                    // It is zero where only waiting requests are in the way.
                    ? atLeast(limiter.period(), untilSpared)
                    : untilGuaranteed;
            return Optional.of(new Wait(spared, untilSlot, false));
        }

        /** Its slot has come. */
        private Optional<Wait> takePermit() {
            permit = limiter.tryTake(RateLimiter.Use.POLL);
            pollIsDue = permit.isEmpty();
            if (pollIsDue) {
                return Optional.of(new Wait(1, limiter.until(1), true));
            }
            guaranteedSlots.taken();
            served();
            Optional.ofNullable(permitsOfPolls.put(call, permit.get())).ifPresent(Permit::giveBack);
            return Optional.empty();
        }

        @Override
        void end() {
            emitter.complete(null);
        }

        /** A permit that no request has used is given back. */
        private void leave() {
            synchronized (Budget.this) {
                permit.filter(unused -> permitsOfPolls.remove(call, unused)).ifPresent(Permit::giveBack);
                // The next poll finds out whether it is due.
                pollIsDue = false;
            }
            depart();
        }
    }

    private void reportWaiting() {
        int due = pollIsDue ? 1 : 0;
        limiter.waiting(requests.size() + due, polls.size() - due);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static Duration atLeast(Duration least, Duration wait) {
        return wait.compareTo(least) < 0 ? least : wait;
    }
}
