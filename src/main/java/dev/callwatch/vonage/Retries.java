package dev.callwatch.vonage;

import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.time.Delay;
import dev.callwatch.time.Timeouts;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** The one place that retries: transient failures, inside a deadline, as far as the region's retry budget goes. */
final class Retries {

    /** What is attempted. */
    interface Work<T> {

        /** A new attempt; it fails with an {@link UpstreamFailure}. */
        Uni<T> attempt();

        /** How long a retry has to wait at least, zero or longer, because it would only meet the same failure before. */
        Duration pause();

        /** Called for each failure that is followed by a retry. */
        void retried(UpstreamFailure failure);
    }

    private record Run<T>(Instant deadline, RetryBudget budget, Work<T> work) {}

    private final Clock clock;
    private final Delay delay;
    private final Timeouts timeouts;
    private final BackOff backOff;

    Retries(Clock clock, Delay delay, BackOff backOff) {
        this.clock = clock;
        this.delay = delay;
        this.timeouts = new Timeouts(clock, delay);
        this.backOff = backOff;
    }

    /**
     * Attempts until it works, fails for good, or the next wait would not fit the deadline.
     *
     * @return the first result; or the last failure; or {@link UpstreamFailure.DeadlinePassed} while an attempt runs
     */
    <T> Uni<T> until(Instant deadline, RetryBudget budget, Work<T> work) {
        Uni<T> attempts = Uni.createFrom().deferred(() -> {
            budget.attempted();
            return attempt(new Run<>(deadline, budget, work), 0);
        });
        return timeouts.until(deadline, attempts, UpstreamFailure.DeadlinePassed::new);
    }

    private <T> Uni<T> attempt(Run<T> run, int retries) {
        return run.work()
                .attempt()
                .onFailure(UpstreamFailure.class)
                .recoverWithUni(failure -> retry(run, retries, failure));
    }

    private <T> Uni<T> retry(Run<T> run, int retries, UpstreamFailure failure) {
        if (!failure.isTransient()) {
            return Uni.createFrom().failure(failure);
        }
        Duration wait = wait(run, retries, failure);
        boolean fits = clock.instant().plus(wait).isBefore(run.deadline());
        if (!fits || !run.budget().tryRetry()) {
            return Uni.createFrom().failure(failure);
        }
        run.work().retried(failure);
        return delay.of(wait).chain(() -> attempt(run, retries + 1));
    }

    /** What Vonage asks for is the least, and so is the jitter: a Retry-After of 0 must not become a storm. */
    private Duration wait(Run<?> run, int retries, UpstreamFailure failure) {
        Duration asked =
                longer(failure.retryAfter().orElse(Duration.ZERO), run.work().pause());
        return longer(asked, backOff.before(retries));
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }
}
