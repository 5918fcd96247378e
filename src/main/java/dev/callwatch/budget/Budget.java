package dev.callwatch.budget;

import dev.callwatch.time.Delay;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How often Vonage may be asked on behalf of one account. Its fair-use limit is shared by all VCC APIs of the account, so
 * every single request takes a permit first, and a background poll waits for its turn before that. Safe for concurrent
 * use.
 */
public final class Budget {

    /** Polls get a quarter of the allowance for certain, those of all sharers together, so that a flood of look-ups does not stop them. */
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
        return begin(place)
                .map(taking -> toTheEnd(place, taking))
                .map(taking -> taking.chain(taken -> taken.map(this::granted).orElseGet(() -> later(place, deadline))))
                .orElseGet(() -> later(place, deadline));
    }

    private Uni<Permit> granted(Rate.Taken taken) {
        metrics.permitted();
        return Uni.createFrom().item(new Granted(taken));
    }

    private Uni<Permit> later(Queue.Place place, Instant deadline) {
        Duration wait = untilPermit(place);
        if (!clock.instant().plus(wait).isBefore(deadline)) {
            metrics.refused();
            return Uni.createFrom().failure(new BudgetExhausted(wait, rate.isPaused()));
        }
        return delay.of(wait).chain(() -> permit(place, deadline));
    }

    /** What is being taken is put back where whoever wanted it has gone meanwhile. */
    private Uni<Optional<Rate.Taken>> toTheEnd(Queue.Place place, Uni<Optional<Rate.Taken>> taking) {
        return Uni.createFrom().emitter(emitter -> {
            AtomicBoolean over = new AtomicBoolean();
            emitter.onTermination(() -> over.set(true));
            taking.subscribe()
                    .with(
                            taken -> {
                                end(place, taken.isPresent());
                                if (over.compareAndSet(false, true)) {
                                    emitter.complete(taken);
                                } else {
                                    taken.ifPresent(Rate.Taken::putBack);
                                }
                            },
                            defect -> {
                                end(place, false);
                                emitter.fail(defect);
                            });
        });
    }

    private Uni<Void> turn(Queue.Place place) {
        return rate.refreshed().chain(() -> {
            Duration wait = untilTurn(place);
            return wait.isZero() ? Uni.createFrom().voidItem() : delay.of(wait).chain(() -> turn(place));
        });
    }

    /** Tries to take a permit where it seems to be there, those for all who come before included. */
    private synchronized Optional<Uni<Optional<Rate.Taken>>> begin(Queue.Place place) {
        if (!rate.until(requests.ahead(place) + 1L).isZero()) {
            return Optional.empty();
        }
        // From here on the rate counts it, and so the queue does not.
        requests.begin(place);
        return Optional.of(rate.take());
    }

    private synchronized void end(Queue.Place place, boolean taken) {
        requests.end(place, taken);
    }

    private synchronized Duration untilPermit(Queue.Place place) {
        return atLeast(LEAST_WAIT, rate.until(requests.ahead(place) + 1L));
    }

    /** Zero where the turn has come. */
    private synchronized Duration untilTurn(Queue.Place place) {
        int ahead = polls.ahead(place);
        Duration spare = rate.until(rate.reserve() + 1 + ahead);
        Duration share = rate.period().multipliedBy((long) PERIODS_BETWEEN_CERTAIN_TURNS * rate.sharers());
        Duration certain = atLeast(
                rate.pause(),
                Duration.between(clock.instant(), lastTurn.plus(share)).plus(share.multipliedBy(ahead)));
        boolean now = requests.isEmpty() && spare.isZero() || certain.isZero();
        if (ahead == 0 && now) {
            lastTurn = clock.instant();
            polls.end(place, true);
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

        private final Rate.Taken taken;

        private Granted(Rate.Taken taken) {
            this.taken = taken;
        }

        @Override
        public void giveBack() {
            taken.putBack();
        }

        @Override
        public void throttled(Optional<Duration> retryAfter) {
            taken.throttled(retryAfter).subscribe().with(halved -> {
                if (halved) {
                    metrics.paused();
                }
            });
        }
    }
}
