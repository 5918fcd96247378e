package dev.callwatch.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.AccountKey;
import dev.callwatch.account.Allowance;
import dev.callwatch.time.VirtualTime;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
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
        request(budget, "", 5).subscribe().with(permit -> served.add("first"));
        request(budget, "", 5).subscribe().with(permit -> served.add("second"));

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
            request(budget, caller, 60).subscribe().with(permit -> served.add(caller));
        }
        time.pass(Duration.ofSeconds(7));
        assertThat(served).containsExactly("greedy", "modest", "other", "greedy", "modest", "greedy", "greedy");
    }

    @Test
    void a_caller_is_refused_for_its_own_queue_and_not_for_that_of_others() {
        spend(budget, 2);
        for (int i = 0; i < 4; i++) {
            request(budget, "greedy", 60).subscribe().with(permit -> {});
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
    void a_waiter_fails_when_the_account_pauses_beyond_its_deadline() {
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
        permit(5).getItem().throttled(Optional.of(Duration.ofDays(1)));
        BudgetExhausted refusal = (BudgetExhausted)
                permit(5).assertFailedWith(BudgetExhausted.class).getFailure();
        assertThat(refusal.retryAfter()).isEqualTo(Duration.ofMinutes(5));
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
        assertThat(registry.get("callwatch.budget.pauses").functionCounter().count())
                .isEqualTo(1);

        time.pass(Duration.ofSeconds(2));
        take(account).throttled(Optional.of(SECOND));
        assertThat(gauge("allowance")).isEqualTo(40);
        assertThat(registry.get("callwatch.budget.pauses").functionCounter().count())
                .isEqualTo(2);
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
        UniAssertSubscriber<String> first =
                slot(account, "first", () -> Uni.createFrom().item("polled"));
        UniAssertSubscriber<String> second =
                slot(account, "second", () -> Uni.createFrom().item("polled"));
        first.assertNotTerminated();
        second.assertNotTerminated();
        first.cancel();
        second.cancel();
        assertThat(time.pending()).isZero();
    }

    @Test
    void polls_have_their_quarter_whatever_many_callers_ask() {
        Budget account = budget(160, 100);
        for (int caller = 0; caller < 20; caller++) {
            askAgainAndAgain(account, "caller-" + caller);
        }
        List<String> polled = new ArrayList<>();
        List<Throwable> refused = new ArrayList<>();
        for (int call = 0; call < 100; call++) {
            pollAgainAndAgain(account, "call-" + call, polled, refused);
        }
        // The burst is spent.
        time.pass(Duration.ofMinutes(1));
        polled.clear();
        double before = registry.get("callwatch.budget.permits").counter().count();
        time.pass(Duration.ofMinutes(3));
        assertThat(polled).hasSizeBetween(118, 122);
        assertThat(refused).isEmpty();
        assertThat(registry.get("callwatch.budget.permits").counter().count() - before)
                .isBetween(478.0, 481.0);
    }

    @Test
    void polls_have_their_quarter_at_a_rate_so_low_that_a_request_would_not_wait_for_it() {
        Budget account = budget(16, 1);
        for (int caller = 0; caller < 20; caller++) {
            askAgainAndAgain(account, "caller-" + caller);
        }
        List<String> polled = new ArrayList<>();
        List<Throwable> refused = new ArrayList<>();
        pollAgainAndAgain(account, "call", polled, refused);
        time.pass(Duration.ofMinutes(5));
        assertThat(polled).hasSizeBetween(19, 22);
        assertThat(refused).isEmpty();
    }

    @Test
    void a_slot_that_needs_no_request_costs_nothing() {
        Budget account = budget(60, 10);
        slot(account, "call", () -> Uni.createFrom().item("known")).assertItem("known");
        slot(account, "call", () -> Uni.createFrom().failure(new IllegalStateException()))
                .assertFailedWith(IllegalStateException.class);
        assertThat(gauge("available")).isEqualTo(10);
        UniAssertSubscriber<String> left =
                slot(account, "call", () -> Uni.createFrom().emitter(never -> {}));
        assertThat(gauge("available")).isEqualTo(9);
        left.cancel();
        assertThat(gauge("available")).isEqualTo(10);
    }

    @Test
    void a_request_about_a_call_that_is_polled_uses_the_permit_of_the_slot() {
        Budget account = budget(60, 10);
        UniAssertSubscriber<String> poll =
                slot(account, "call", () -> Uni.createFrom().emitter(never -> {}));
        assertThat(gauge("available")).isEqualTo(9);
        account.withPermit("", "call", time.instant().plusSeconds(1), BudgetTest::item)
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create())
                .assertCompleted();
        assertThat(gauge("available")).isEqualTo(9);
        poll.cancel();
        assertThat(gauge("available")).isEqualTo(9);
    }

    @Test
    void a_pause_that_begins_during_a_slot_holds_for_its_request_too() {
        Budget account = budget(60, 10);
        UniAssertSubscriber<String> poll =
                slot(account, "call", () -> Uni.createFrom().emitter(never -> {}));
        take(account).throttled(Optional.of(Duration.ofSeconds(30)));
        account.withPermit("", "call", time.instant().plusSeconds(5), BudgetTest::item)
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create())
                .assertFailedWith(BudgetExhausted.class);
        poll.cancel();
    }

    @Test
    void a_429_is_noted_although_nobody_waits_for_the_request_any_more() {
        List<Permit> sent = new ArrayList<>();
        UniAssertSubscriber<String> impatient = budget.withPermit(
                        "",
                        "call",
                        time.instant().plusSeconds(1),
                        permit -> Uni.createFrom().<String>emitter(answer -> {
                            sent.add(permit);
                            delayed(Duration.ofSeconds(2), () -> {
                                permit.throttled(Optional.of(Duration.ofSeconds(30)));
                                answer.fail(new IllegalStateException("429"));
                            });
                        }))
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create());
        assertThat(sent).hasSize(1);
        impatient.cancel();
        time.pass(Duration.ofSeconds(3));
        assertThat(gauge("paused")).isEqualTo(1);
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
                    account.withPermit(caller, "call", soon, BudgetTest::item)
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
    void a_permit_is_used_or_still_there_however_cancellation_races_with_it() throws Exception {
        RateLimiter limiter = new AdaptiveTokenBucket(new Allowance(60, 1), time, () -> 0.5);
        AtomicReference<UniEmitter<? super Void>> timer = new AtomicReference<>();
        Budget account = new Budget(
                limiter,
                time,
                duration -> Uni.createFrom().<Void>emitter(timer::set),
                new BudgetMetrics(registry, new AccountKey("race"), limiter));
        AtomicInteger used = new AtomicInteger();
        ExecutorService other = Executors.newSingleThreadExecutor();
        CyclicBarrier both = new CyclicBarrier(2);
        try {
            for (int round = 0; round < 20_000; round++) {
                limiter.tryTake(RateLimiter.Use.REQUEST);
                used.set(0);
                Cancellable request = account.withPermit("", "call", Instant.MAX, permit -> {
                            used.incrementAndGet();
                            return item(permit);
                        })
                        .subscribe()
                        .with(permit -> {});
                time.pass(SECOND);
                Future<?> cancelled = other.submit(() -> {
                    both.await();
                    request.cancel();
                    return null;
                });
                both.await();
                timer.get().complete(null);
                cancelled.get();
                assertThat(used.get() + limiter.available())
                        .as("round %d", round)
                        .isOne();
            }
        } finally {
            other.shutdown();
        }
    }

    /** A caller that has two look-ups under way at any time, each of which waits for five seconds at most. */
    private void askAgainAndAgain(Budget account, String caller) {
        askAgain(account, caller);
        askAgain(account, caller);
    }

    private void askAgain(Budget account, String caller) {
        Runnable again = () -> delayed(Duration.ofMillis(300), () -> askAgain(account, caller));
        request(account, caller, 5).subscribe().with(permit -> again.run(), refused -> again.run());
    }

    /** A watched call: a poll a second, as far as there are slots. */
    private void pollAgainAndAgain(Budget account, String call, List<String> polled, List<Throwable> refused) {
        Runnable again = () -> delayed(SECOND, () -> pollAgainAndAgain(account, call, polled, refused));
        account.pollSlot(
                        call,
                        () -> account.withPermit("polls", call, time.instant().plusSeconds(5), BudgetTest::item))
                .subscribe()
                .with(
                        permit -> {
                            polled.add(call);
                            again.run();
                        },
                        refusal -> {
                            refused.add(refusal);
                            again.run();
                        });
    }

    private void delayed(Duration delay, Runnable what) {
        time.of(delay).subscribe().with(passed -> what.run());
    }

    private UniAssertSubscriber<String> slot(Budget of, String call, Supplier<Uni<String>> poll) {
        return of.pollSlot(call, poll).subscribe().withSubscriber(UniAssertSubscriber.create());
    }

    /** A poll as watches do it: its slot, then a request under the slot's permit. */
    private void poll(Budget of, int number, IntConsumer polled) {
        String call = "call-" + number;
        of.pollSlot(call, () -> of.withPermit("", call, time.instant().plusSeconds(60), BudgetTest::item))
                .subscribe()
                .with(permit -> polled.accept(number));
    }

    private static Uni<Permit> item(Permit permit) {
        return Uni.createFrom().item(permit);
    }

    private Uni<Permit> request(Budget of, String caller, int deadlineSeconds) {
        return of.withPermit(caller, "another call", time.instant().plusSeconds(deadlineSeconds), BudgetTest::item);
    }

    private Duration pauseUnsaid(double random) {
        AdaptiveTokenBucket bucket = new AdaptiveTokenBucket(new Allowance(60, 2), time, () -> random);
        bucket.tryTake(RateLimiter.Use.REQUEST).orElseThrow().throttled(Optional.empty());
        return bucket.pause();
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
        return request(budget, caller, deadlineSeconds).subscribe().withSubscriber(UniAssertSubscriber.create());
    }

    private UniAssertSubscriber<Permit> permit(int deadlineSeconds) {
        return permit(budget, deadlineSeconds);
    }

    private UniAssertSubscriber<Permit> permit(Budget of, int deadlineSeconds) {
        return request(of, "", deadlineSeconds).subscribe().withSubscriber(UniAssertSubscriber.create());
    }

    private double gauge(String name) {
        return registry.get("callwatch.budget." + name).gauge().value();
    }

    private Budget budget(int requestsPerMinute, int burst) {
        registry.clear();
        RateLimiter limiter = new AdaptiveTokenBucket(new Allowance(requestsPerMinute, burst), time, () -> 0.5);
        return new Budget(limiter, time, time, new BudgetMetrics(registry, new AccountKey("a"), limiter));
    }
}
