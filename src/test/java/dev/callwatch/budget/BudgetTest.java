package dev.callwatch.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.AccountKey;
import dev.callwatch.account.Allowance;
import dev.callwatch.time.VirtualTime;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

class BudgetTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final VirtualTime time = new VirtualTime();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Budget budget = budget(60, 2);

    @Test
    void a_burst_passes_at_once() {
        permit(5).assertCompleted();
        permit(5).assertCompleted();
    }

    @Test
    void after_the_burst_a_permit_is_waited_for_in_the_order_of_arrival() {
        spend(budget, 2);
        List<String> served = new ArrayList<>();
        budget.permit("", time.instant().plusSeconds(5)).subscribe().with(permit -> served.add("first"));
        budget.permit("", time.instant().plusSeconds(5)).subscribe().with(permit -> served.add("second"));

        time.pass(Duration.ofMillis(999));
        assertThat(served).isEmpty();
        time.pass(Duration.ofMillis(2));
        assertThat(served).containsExactly("first");
        time.pass(SECOND);
        assertThat(served).containsExactly("first", "second");
    }

    @Test
    void a_permit_that_cannot_come_before_the_deadline_is_refused_at_once_and_takes_nothing() {
        spend(budget, 2);

        BudgetExhausted refusal = (BudgetExhausted)
                permit(1).assertFailedWith(BudgetExhausted.class).getFailure();

        assertThat(refusal.retryAfter()).isEqualTo(SECOND);
        assertThat(refusal.isPaused()).isFalse();
        time.pass(SECOND);
        permit(1).assertCompleted();
        assertThat(registry.get("callwatch.budget.permits").counter().count()).isEqualTo(3);
        assertThat(registry.get("callwatch.budget.refusals").counter().count()).isEqualTo(1);
    }

    @Test
    void who_waits_behind_many_is_refused_for_as_long_as_they_take() {
        spend(budget, 2);
        permit(10);
        permit(10);
        BudgetExhausted refusal = (BudgetExhausted)
                permit(3).assertFailedWith(BudgetExhausted.class).getFailure();
        assertThat(refusal.retryAfter()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void callers_take_turns_so_that_one_who_asks_much_does_not_starve_the_others() {
        spend(budget, 2);
        List<String> served = new ArrayList<>();
        for (String caller : List.of("greedy", "greedy", "greedy", "greedy", "modest", "other", "modest")) {
            budget.permit(caller, time.instant().plusSeconds(60)).subscribe().with(permit -> served.add(caller));
        }
        time.pass(Duration.ofSeconds(7));
        assertThat(served).containsExactly("greedy", "modest", "other", "greedy", "modest", "greedy", "greedy");
    }

    @Test
    void a_caller_is_refused_for_its_own_queue_and_not_for_that_of_others() {
        spend(budget, 2);
        for (int i = 0; i < 4; i++) {
            budget.permit("greedy", time.instant().plusSeconds(60)).subscribe().with(permit -> {});
        }
        permit("greedy", 5).assertFailedWith(BudgetExhausted.class);
        UniAssertSubscriber<Permit> modest = permit("modest", 5);
        time.pass(Duration.ofSeconds(2));
        modest.assertCompleted();
    }

    @Test
    void who_leaves_the_queue_takes_nothing() {
        spend(budget, 2);
        UniAssertSubscriber<Permit> impatient = permit(5);
        UniAssertSubscriber<Permit> patient = permit(5);
        impatient.cancel();
        assertThat(time.pending()).isEqualTo(1);
        time.pass(Duration.ofSeconds(2));
        patient.assertCompleted();
        permit(1).assertCompleted();
    }

    @Test
    void a_permit_given_back_serves_another() {
        permit(5).getItem().giveBack();
        spend(budget, 2);
    }

    @Test
    void a_429_pauses_the_account_for_as_long_as_vonage_says() {
        permit(5).getItem().throttled(Optional.of(Duration.ofSeconds(30)));

        BudgetExhausted refusal = (BudgetExhausted)
                permit(5).assertFailedWith(BudgetExhausted.class).getFailure();
        assertThat(refusal.isPaused()).isTrue();
        assertThat(refusal.retryAfter()).isEqualTo(Duration.ofSeconds(30));
        assertThat(gauge("paused")).isEqualTo(1);

        UniAssertSubscriber<Permit> waiting = permit(31);
        time.pass(Duration.ofMillis(29_999));
        waiting.assertNotTerminated();
        time.pass(Duration.ofMillis(1));
        waiting.assertCompleted();
        assertThat(gauge("paused")).isZero();
    }

    @Test
    void who_waits_already_when_the_account_pauses_is_told_when_its_deadline_cannot_be_met() {
        Permit sent = permit(5).getItem();
        permit(5);
        UniAssertSubscriber<Permit> waiting = permit(5);
        sent.throttled(Optional.of(Duration.ofSeconds(30)));
        time.pass(SECOND);
        waiting.assertFailedWith(BudgetExhausted.class);
    }

    @Test
    void where_vonage_does_not_say_the_pause_is_two_to_four_seconds() {
        assertThat(pauseUnsaid(0)).isEqualTo(Duration.ofSeconds(2));
        assertThat(pauseUnsaid(0.5)).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void an_absurd_retry_after_pauses_for_five_minutes_at_most() {
        LocalRate rate = new LocalRate(new Allowance(60, 2), time, () -> 0);
        rate.throttled(time.instant(), Optional.of(Duration.ofDays(1)));
        assertThat(rate.pause()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void a_429_halves_the_allowance_which_grows_back_a_tenth_of_the_ceiling_a_minute() {
        Budget account = budget(160, 100);
        take(account).throttled(Optional.of(Duration.ofSeconds(10)));
        assertThat(gauge("allowance")).isEqualTo(80);
        assertThat(gauge("available")).isZero();
        time.pass(Duration.ofSeconds(10));
        assertThat(gauge("allowance")).isEqualTo(80);
        assertThat(gauge("available")).isBetween(12.0, 14.0);
        time.pass(Duration.ofMinutes(1));
        assertThat(gauge("allowance")).isEqualTo(96);
        time.pass(Duration.ofMinutes(10));
        assertThat(gauge("allowance")).isEqualTo(160);
        time.pass(Duration.ofMinutes(1));
        assertThat(gauge("available")).isEqualTo(100);
    }

    @Test
    void answers_of_429_to_requests_that_were_under_way_together_halve_once() {
        Budget account = budget(160, 100);
        List<Permit> together = List.of(take(account), take(account), take(account));
        time.pass(Duration.ofMillis(100));
        together.forEach(permit -> permit.throttled(Optional.of(SECOND)));
        assertThat(gauge("allowance")).isEqualTo(80);
        assertThat(registry.get("callwatch.budget.pauses").counter().count()).isEqualTo(1);

        time.pass(Duration.ofSeconds(2));
        take(account).throttled(Optional.of(SECOND));
        assertThat(gauge("allowance")).isEqualTo(40);
        assertThat(registry.get("callwatch.budget.pauses").counter().count()).isEqualTo(2);
    }

    @Test
    void a_429_of_two_requests_under_way_together_pauses_for_the_longer_of_both() {
        Permit one = permit(5).getItem();
        Permit other = permit(5).getItem();
        one.throttled(Optional.of(Duration.ofSeconds(30)));
        other.throttled(Optional.of(Duration.ofSeconds(3)));
        permit(29).assertFailedWith(BudgetExhausted.class);
    }

    @Test
    void the_allowance_never_falls_below_a_tenth() {
        Budget account = budget(160, 100);
        for (int i = 0; i < 20; i++) {
            UniAssertSubscriber<Permit> permit = permit(account, 60);
            time.pass(Duration.ofSeconds(5));
            permit.getItem().throttled(Optional.of(Duration.ZERO));
        }
        assertThat(gauge("allowance")).isEqualTo(16);
    }

    @Test
    void polls_take_turns_in_the_order_of_arrival_at_the_rate_of_the_allowance() {
        Budget account = budget(60, 10);
        List<Integer> order = new ArrayList<>();
        List<Long> seconds = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            poll(account, i, poll -> {
                order.add(poll);
                seconds.add(time.instant().getEpochSecond());
            });
        }
        // Half of the burst is left to look-ups.
        assertThat(order).containsExactly(0, 1, 2, 3, 4);
        time.pass(Duration.ofSeconds(15));
        assertThat(order).isSorted().hasSize(20);
        assertThat(seconds.get(19) - seconds.get(4)).isBetween(14L, 15L);
        permit(account, 1).assertCompleted();
    }

    @Test
    void a_flood_of_look_ups_leaves_polls_a_quarter() {
        Budget account = budget(60, 10);
        spend(account, 10);
        List<Integer> polls = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            poll(account, i, polls::add);
        }
        for (int second = 0; second < 60; second++) {
            permit(account, 3);
            permit(account, 3);
            time.pass(SECOND);
        }
        assertThat(polls).isSorted().hasSizeBetween(14, 16);
    }

    @Test
    void polls_wait_while_the_account_pauses() {
        permit(5).getItem().throttled(Optional.of(Duration.ofSeconds(30)));
        List<Integer> polls = new ArrayList<>();
        poll(budget, 1, polls::add);
        time.pass(Duration.ofMillis(29_999));
        assertThat(polls).isEmpty();
        time.pass(Duration.ofSeconds(5));
        assertThat(polls).containsExactly(1);
    }

    @Test
    void a_poll_that_is_given_up_leaves_no_timer() {
        Budget account = budget(60, 1);
        spend(account, 1);
        UniAssertSubscriber<Void> first = account.turn().subscribe().withSubscriber(UniAssertSubscriber.create());
        UniAssertSubscriber<Void> second = account.turn().subscribe().withSubscriber(UniAssertSubscriber.create());
        first.assertCompleted();
        second.cancel();
        assertThat(time.pending()).isZero();
    }

    @Test
    void many_threads_get_what_is_there_and_no_more() throws InterruptedException {
        Budget account = budget(60, 1_000);
        AtomicInteger permitted = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        Instant soon = time.instant().plusMillis(10);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String caller = "caller-" + i % 3;
            threads.add(new Thread(() -> {
                for (int j = 0; j < 500; j++) {
                    account.permit(caller, soon)
                            .subscribe()
                            .with(permit -> permitted.incrementAndGet(), failure -> refused.incrementAndGet());
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(permitted).hasValue(1_000);
        assertThat(refused).hasValue(3_000);
        assertThat(gauge("available")).isZero();
        time.pass(SECOND);
        take(account);
    }

    @Test
    void permits_that_take_a_round_trip_are_not_waited_for_one_after_the_other() {
        ARemoteRate rate = new ARemoteRate(2);
        Budget account = budget(rate);
        UniAssertSubscriber<Permit> first = permit(account, 5);
        UniAssertSubscriber<Permit> second = permit(account, 5);
        UniAssertSubscriber<Permit> third = permit(account, 5);
        assertThat(rate.asking).hasSize(2);
        rate.answer(true);
        rate.answer(true);
        first.assertCompleted();
        second.assertCompleted();
        third.assertNotTerminated();
    }

    @Test
    void who_finds_nothing_keeps_its_place() {
        ARemoteRate rate = new ARemoteRate(2);
        Budget account = budget(rate);
        List<String> served = new ArrayList<>();
        for (String caller : List.of("greedy", "greedy", "modest")) {
            account.permit(caller, time.instant().plusSeconds(60)).subscribe().with(permit -> served.add(caller));
        }
        // Others took what seemed to be there.
        rate.answer(false);
        rate.answer(false);
        assertThat(served).isEmpty();
        for (int i = 0; i < 3; i++) {
            rate.there = 1;
            time.pass(SECOND);
            rate.answer(true);
        }
        assertThat(served).containsExactly("greedy", "modest", "greedy");
    }

    @Test
    void a_permit_that_comes_for_one_who_has_gone_is_put_back() {
        ARemoteRate rate = new ARemoteRate(1);
        Budget account = budget(rate);
        UniAssertSubscriber<Permit> impatient = permit(account, 5);
        UniAssertSubscriber<Permit> patient = permit(account, 5);
        impatient.cancel();
        rate.answer(true);
        assertThat(rate.there).isEqualTo(1);
        time.pass(SECOND);
        rate.answer(true);
        patient.assertCompleted();
        assertThat(time.pending()).isZero();
    }

    @Test
    void polls_of_all_sharers_together_are_certain_of_a_quarter() {
        ARemoteRate rate = new ARemoteRate(0);
        rate.sharers = 3;
        Budget account = budget(rate);
        List<Integer> polls = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            account.turn().subscribe().with(turn -> polls.add(0));
        }
        time.pass(Duration.ofMinutes(1));
        assertThat(polls).hasSizeBetween(5, 6);
    }

    /** A poll as watches do it: its turn, then a permit like any other request. */
    private void poll(Budget of, int number, IntConsumer polled) {
        of.turn()
                .chain(() -> of.permit("", time.instant().plusSeconds(60)))
                .subscribe()
                .with(permit -> polled.accept(number));
    }

    private Duration pauseUnsaid(double random) {
        LocalRate rate = new LocalRate(new Allowance(60, 2), time, () -> random);
        rate.throttled(time.instant(), Optional.empty());
        return rate.pause();
    }

    private void spend(Budget of, int permits) {
        for (int i = 0; i < permits; i++) {
            take(of);
        }
    }

    private Permit take(Budget of) {
        return permit(of, 1).assertCompleted().getItem();
    }

    private UniAssertSubscriber<Permit> permit(String caller, int deadlineSeconds) {
        return budget.permit(caller, time.instant().plusSeconds(deadlineSeconds))
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create());
    }

    private UniAssertSubscriber<Permit> permit(int deadlineSeconds) {
        return permit(budget, deadlineSeconds);
    }

    private UniAssertSubscriber<Permit> permit(Budget of, int deadlineSeconds) {
        return of.permit("", time.instant().plusSeconds(deadlineSeconds))
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create());
    }

    private double gauge(String name) {
        return registry.get("callwatch.budget." + name).gauge().value();
    }

    private Budget budget(int requestsPerMinute, int burst) {
        return budget(new LocalRate(new Allowance(requestsPerMinute, burst), time, () -> 0.5));
    }

    private Budget budget(Rate rate) {
        registry.clear();
        return new Budget(rate, time, time, new BudgetMetrics(registry, new AccountKey("a"), rate));
    }

    /** A rate of 60 a minute that is asked elsewhere, and answers when it is told to. */
    private static final class ARemoteRate implements Rate {

        private final Deque<Consumer<Optional<Taken>>> asking = new ArrayDeque<>();
        private long there;
        private int sharers = 1;

        private ARemoteRate(long there) {
            this.there = there;
        }

        void answer(boolean taken) {
            asking.removeFirst().accept(taken ? Optional.of(new Remote()) : Optional.empty());
        }

        @Override
        public Uni<Optional<Taken>> take() {
            there--;
            return Uni.createFrom().emitter(emitter -> asking.add(emitter::complete));
        }

        @Override
        public Uni<Void> refreshed() {
            return Uni.createFrom().voidItem();
        }

        @Override
        public Duration until(long permits) {
            return period().multipliedBy(Math.max(0, permits - there));
        }

        @Override
        public Duration period() {
            return SECOND;
        }

        @Override
        public long reserve() {
            return 1;
        }

        @Override
        public Duration pause() {
            return Duration.ZERO;
        }

        @Override
        public long perMinute() {
            return 60;
        }

        @Override
        public long available() {
            return there;
        }

        @Override
        public int sharers() {
            return sharers;
        }

        private final class Remote implements Taken {

            @Override
            public void putBack() {
                there++;
            }

            @Override
            public Uni<Boolean> throttled(Optional<Duration> retryAfter) {
                return Uni.createFrom().item(false);
            }
        }
    }
}
