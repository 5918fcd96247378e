package dev.callwatch.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TimeoutsTest {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final VirtualTime time = new VirtualTime();
    private final Timeouts timeouts = new Timeouts(time, time);
    private final AtomicInteger cancelled = new AtomicInteger();
    private final Uni<String> endless =
            Uni.createFrom().<String>nothing().onCancellation().invoke(cancelled::incrementAndGet);

    @Test
    void work_that_completes_at_once_starts_no_timer() {
        assertThat(subscribe(timeouts.within(LIMIT, Uni.createFrom().item("there"), Late::new))
                        .getItem())
                .isEqualTo("there");
        assertThat(time.pending()).isZero();
    }

    @Test
    void work_that_completes_in_time_ends_the_timer() {
        UniAssertSubscriber<String> waiting =
                subscribe(timeouts.within(LIMIT, time.of(Duration.ofSeconds(4)).replaceWith("there"), Late::new));

        time.pass(Duration.ofSeconds(4));

        waiting.assertCompleted().assertItem("there");
        assertThat(time.pending()).isZero();
    }

    @Test
    void a_failure_in_time_is_passed_on() {
        subscribe(timeouts.within(LIMIT, Uni.createFrom().failure(new IllegalStateException()), Late::new))
                .assertFailedWith(IllegalStateException.class);
    }

    @Test
    void work_that_takes_too_long_is_cancelled() {
        UniAssertSubscriber<String> waiting = subscribe(timeouts.within(LIMIT, endless, Late::new));

        time.pass(LIMIT);

        waiting.assertFailedWith(Late.class);
        assertThat(cancelled).hasValue(1);
    }

    @Test
    void cancellation_cancels_the_work_and_the_timer() {
        subscribe(timeouts.within(LIMIT, endless, Late::new)).cancel();

        assertThat(cancelled).hasValue(1);
        assertThat(time.pending()).isZero();
    }

    @Test
    void past_the_deadline_the_work_is_not_started() {
        AtomicInteger begun = new AtomicInteger();
        Uni<String> work = Uni.createFrom().item(() -> "run " + begun.incrementAndGet());

        subscribe(timeouts.until(time.instant(), work, Late::new)).assertFailedWith(Late.class);

        assertThat(begun).hasValue(0);
    }

    @Test
    void without_a_deadline_the_work_has_no_limit() {
        UniAssertSubscriber<String> waiting = subscribe(timeouts.until(Instant.MAX, endless, Late::new));

        time.pass(Duration.ofDays(400));

        waiting.assertNotTerminated();
    }

    private static <T> UniAssertSubscriber<T> subscribe(Uni<T> uni) {
        return uni.subscribe().withSubscriber(UniAssertSubscriber.create());
    }

    private static final class Late extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
