package dev.callwatch.budget;

import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How often Vonage may be asked on behalf of one account. Its fair-use limit is shared by all VCC APIs of the account, so
 * every single request takes a permit first, and a background poll waits for its turn before that. Safe for concurrent
 * use.
 */
public final class Budget {

    /** Polls get a quarter of the allowance for certain, so that a flood of look-ups does not stop them. */
    private static final int PERIODS_BETWEEN_CERTAIN_TURNS = 4;

    private static final Duration LEAST_WAIT = Duration.ofMillis(1);

    private final Rate rate;
    private final Clock clock;
    private final Delay delay;
    private final BudgetMetrics metrics;

    private final Queue requests = new Queue();
    private final Queue polls = new Queue();
    private Instant lastTurn = Instant.EPOCH;

    Budget(Rate rate, Clock clock, Delay delay, BudgetMetrics metrics) {
        this.rate = rate;
        this.clock = clock;
        this.delay = delay;
        this.metrics = metrics;
    }

    /**
     * A permit for one request: callers take turns, so that one who asks much does not starve the others, and each is served
     * in the order of arrival.
     *
     * @param caller on whose behalf
     * @param deadline when it is of no more use
     * @return the permit once it is there, or {@link BudgetExhausted} as soon as it is clear that it cannot be there before
     *     the deadline. Cancelling it leaves the queue
     */
    public Uni<Permit> permit(String caller, Instant deadline) {
        return Uni.createFrom().deferred(() -> {
            Queue.Place place = enter(requests, caller);
            return permit(place, deadline).onTermination().invoke(() -> leave(requests, place));
        });
    }

    /**
     * The turn of a background poll, in the order of arrival: once the account has permits to spare and no request waits,
     * but a quarter of the allowance in any case. A turn takes nothing: what follows it takes its permit like any other
     * request.
     *
     * @return an item once it is there; it never fails. Cancelling it leaves the queue
     */
    public Uni<Void> turn() {
        return Uni.createFrom().deferred(() -> {
            Queue.Place place = enter(polls, "");
            return turn(place).onTermination().invoke(() -> leave(polls, place));
        });
    }

    private Uni<Permit> permit(Queue.Place place, Instant deadline) {
        Duration wait = untilPermit(place);
        if (wait.isZero()) {
            metrics.permitted();
            return Uni.createFrom().item(new Granted(clock.instant()));
        }
        if (!clock.instant().plus(wait).isBefore(deadline)) {
            metrics.refused();
            return Uni.createFrom().failure(new BudgetExhausted(wait, rate.isPaused()));
        }
        return delay.of(wait).chain(() -> permit(place, deadline));
    }

    private Uni<Void> turn(Queue.Place place) {
        Duration wait = untilTurn(place);
        return wait.isZero() ? Uni.createFrom().voidItem() : delay.of(wait).chain(() -> turn(place));
    }

    /** Zero where the permit was taken. */
    private synchronized Duration untilPermit(Queue.Place place) {
        int ahead = requests.ahead(place);
        if (ahead == 0 && rate.tryTake()) {
            requests.served(place);
            return Duration.ZERO;
        }
        return atLeast(LEAST_WAIT, rate.until(ahead + 1));
    }

    /** Zero where the turn has come. */
    private synchronized Duration untilTurn(Queue.Place place) {
        int ahead = polls.ahead(place);
        Duration spare = rate.until(rate.reserve() + 1 + ahead);
        Duration share = rate.period().multipliedBy(PERIODS_BETWEEN_CERTAIN_TURNS);
        Duration certain = atLeast(
                rate.pause(),
                Duration.between(clock.instant(), lastTurn.plus(share)).plus(share.multipliedBy(ahead)));
        boolean now = requests.isEmpty() && spare.isZero() || certain.isZero();
        if (ahead == 0 && now) {
            lastTurn = clock.instant();
            polls.served(place);
            return Duration.ZERO;
        }
        return atLeast(LEAST_WAIT, spare.compareTo(certain) < 0 ? atLeast(rate.period(), spare) : certain);
    }

    private synchronized Queue.Place enter(Queue queue, String caller) {
        return queue.enter(caller);
    }

    private synchronized void leave(Queue queue, Queue.Place place) {
        queue.leave(place);
    }

    private static Duration atLeast(Duration least, Duration wait) {
        return wait.compareTo(least) < 0 ? least : wait;
    }

    private final class Granted implements Permit {

        private final Instant at;

        private Granted(Instant at) {
            this.at = at;
        }

        @Override
        public void giveBack() {
            rate.putBack();
        }

        @Override
        public void throttled(Optional<Duration> retryAfter) {
            if (rate.throttled(at, retryAfter)) {
                metrics.paused();
            }
        }
    }
}
