package dev.callwatch.vonage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.time.VirtualTime;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class RetriesTest {

    private final VirtualTime time = new VirtualTime();
    private final Instant begin = time.instant();
    private final Retries retries = new Retries(time, time, new BackOff(() -> 0.5));
    private final RetryBudget budget = new RetryBudget(time);
    private final List<Duration> attempts = new ArrayList<>();
    private final List<UpstreamFailure> retried = new ArrayList<>();
    private Duration pause = Duration.ZERO;

    @Test
    void a_transient_failure_is_retried_after_a_growing_wait() {
        UniAssertSubscriber<String> result = run(() -> attempts.size() < 4
                ? Uni.createFrom().failure(new UpstreamFailure.ServerError(503, Optional.empty()))
                : Uni.createFrom().item("there"));

        time.pass(Duration.ofSeconds(5));

        result.assertItem("there");
        assertThat(attempts)
                .containsExactly(Duration.ZERO, Duration.ofMillis(100), Duration.ofMillis(300), Duration.ofMillis(700));
        assertThat(retried).hasSize(3);
        assertThat(time.pending()).isZero();
    }

    @Test
    void a_permanent_failure_is_not_retried() {
        run(() -> Uni.createFrom().failure(new UpstreamFailure.Forbidden()))
                .assertFailedWith(UpstreamFailure.Forbidden.class);
        assertThat(attempts).hasSize(1);
    }

    @Test
    void retry_after_is_obeyed() {
        run(() -> Uni.createFrom().failure(new UpstreamFailure.Throttled(Optional.of(Duration.ofSeconds(2)))));
        time.pass(Duration.ofSeconds(5));
        assertThat(attempts).containsExactly(Duration.ZERO, Duration.ofSeconds(2), Duration.ofSeconds(4));
    }

    @Test
    void a_retry_after_beyond_the_deadline_is_a_failure_at_once() {
        Throwable failure = run(() ->
                        Uni.createFrom().failure(new UpstreamFailure.Throttled(Optional.of(Duration.ofSeconds(30)))))
                .assertFailedWith(UpstreamFailure.Throttled.class)
                .getFailure();
        assertThat(((UpstreamFailure) failure).retryAfter()).contains(Duration.ofSeconds(30));
        assertThat(attempts).hasSize(1);
    }

    @Test
    void a_retry_after_of_zero_still_waits_for_the_back_off() {
        run(() -> Uni.createFrom().failure(new UpstreamFailure.Throttled(Optional.of(Duration.ZERO))));
        time.pass(Duration.ofMillis(100));
        assertThat(attempts).containsExactly(Duration.ZERO, Duration.ofMillis(100));
    }

    @Test
    void an_attempt_that_never_ends_fails_at_the_deadline() {
        UniAssertSubscriber<String> result = run(() -> Uni.createFrom().nothing());
        time.pass(Duration.ofMillis(4_999));
        result.assertNotTerminated();
        time.pass(Duration.ofMillis(1));
        result.assertFailedWith(UpstreamFailure.DeadlinePassed.class);
    }

    @Test
    void a_spent_retry_budget_ends_the_retries() {
        for (int retry = 0; retry < 10; retry++) {
            budget.tryRetry();
        }
        run(() -> Uni.createFrom().failure(new UpstreamFailure.Unreachable()))
                .assertFailedWith(UpstreamFailure.Unreachable.class);
        assertThat(attempts).hasSize(1);
    }

    @Test
    void a_retry_waits_for_the_end_of_a_pause() {
        pause = Duration.ofSeconds(1);
        run(() -> Uni.createFrom().failure(new UpstreamFailure.Unreachable()));
        time.pass(Duration.ofMillis(2_500));
        assertThat(attempts).containsExactly(Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    private UniAssertSubscriber<String> run(Supplier<Uni<String>> attempt) {
        return retries.until(begin.plusSeconds(5), budget, new Retries.Work<String>() {
                    @Override
                    public Uni<String> attempt() {
                        attempts.add(Duration.between(begin, time.instant()));
                        return attempt.get();
                    }

                    @Override
                    public Duration pause() {
                        return pause;
                    }

                    @Override
                    public void retried(UpstreamFailure failure) {
                        retried.add(failure);
                    }
                })
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create());
    }
}
