package dev.callwatch.vonage;

import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.time.Delay;
import dev.callwatch.time.Timeouts;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The one place that retries: transient failures, inside a deadline, as far as the region's retry budget goes. */
final class Retries {

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
     * @param attempt makes a new attempt each time
     * @param onRetry told of each failure that is followed by a retry
     * @return the first result; or the last failure; or {@link UpstreamFailure.DeadlinePassed} while an attempt runs
     */
    <T> Uni<T> until(
            Instant deadline, RetryBudget budget, Supplier<Uni<T>> attempt, Consumer<UpstreamFailure> onRetry) {
        Uni<T> attempts = Uni.createFrom().deferred(() -> {
            budget.attempted();
            return attempt(new Run<>(deadline, budget, attempt, onRetry), 0);
        });
        return timeouts.until(deadline, attempts, UpstreamFailure.DeadlinePassed::new);
    }

    private record Run<T>(
            Instant deadline, RetryBudget budget, Supplier<Uni<T>> attempt, Consumer<UpstreamFailure> onRetry) {}

    private <T> Uni<T> attempt(Run<T> run, int retries) {
        return run.attempt()
                .get()
                .onFailure(UpstreamFailure.class)
                .recoverWithUni(failure -> retry(run, retries, (UpstreamFailure) failure));
    }

    private <T> Uni<T> retry(Run<T> run, int retries, UpstreamFailure failure) {
        Duration wait = wait(retries, failure);
        boolean fits = clock.instant().plus(wait).isBefore(run.deadline());
        if (!failure.isTransient() || !fits || !run.budget().tryRetry()) {
            return Uni.createFrom().failure(failure);
        }
        run.onRetry().accept(failure);
        return delay.of(wait).chain(() -> attempt(run, retries + 1));
    }

    private Duration wait(int retries, UpstreamFailure failure) {
        Duration jitter = backOff.before(retries);
        // What Vonage asks for is the least; a Retry-After of 0 must not become a storm.
        return failure.retryAfter().filter(asked -> asked.compareTo(jitter) > 0).orElse(jitter);
    }
}
