package dev.callwatch.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.Allowance;
import dev.callwatch.budget.LocalRate;
import dev.callwatch.budget.LocalRate.Level;
import dev.callwatch.budget.Rate;
import dev.callwatch.time.VirtualTime;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What a replica makes of Redis' answers, and of none. */
class RedisRateTest {

    private static final int PERMITS = 2;
    private static final int BALANCE = 3;
    private static final int SENT = 4;
    private static final int PAUSE = 5;
    private static final int BORN = 6;
    private static final int PARTS = 7;
    private static final int HALVED = 8;

    private static final Allowance SIXTY = new Allowance(60, 30);
    private static final Duration HALF_A_MINUTE = Duration.ofSeconds(30);

    private final VirtualTime time = new VirtualTime();
    private final Answering redis = new Answering();
    private final RedisCircuit condition = new RedisCircuit(true, time, () -> {}, () -> {});
    private final RedisRate rate = new RedisRate(SIXTY, redis, condition, time, () -> 0.5);

    @Test
    void what_redis_says_is_carried_on_by_the_clock() {
        redis.full = 3;
        take().orElseThrow();
        assertThat(rate.available()).isEqualTo(2);
        assertThat(rate.until(2)).isZero();
        assertThat(rate.until(4)).isEqualTo(Duration.ofSeconds(2));
        time.pass(Duration.ofSeconds(5));
        assertThat(rate.available()).isEqualTo(7);
    }

    @Test
    void what_is_asked_for_is_no_longer_there() {
        redis.full = 5;
        take();
        redis.hold();
        UniAssertSubscriber<Optional<Rate.Taken>> one =
                rate.take().subscribe().withSubscriber(UniAssertSubscriber.create());
        assertThat(rate.available()).isEqualTo(3);
        assertThat(rate.until(4)).isEqualTo(Duration.ofSeconds(1));
        redis.release();
        one.assertCompleted();
        assertThat(rate.available()).isEqualTo(3);
        assertThat(rate.until(3)).isZero();
    }

    @Test
    void an_answer_that_was_overtaken_by_a_later_one_says_nothing_new() {
        redis.full = 5;
        take();
        redis.hold();
        rate.take().subscribe().with(taken -> {});
        rate.take().subscribe().with(taken -> {});
        redis.releaseLast();
        assertThat(rate.available()).isEqualTo(1);
        redis.release();
        assertThat(rate.available()).isEqualTo(2);
    }

    @Test
    void what_is_put_back_is_told_with_the_next_question_and_counts_until_then() {
        redis.full = 1;
        Rate.Taken taken = take().orElseThrow();
        assertThat(rate.until(1)).isPositive();
        taken.putBack();
        assertThat(rate.until(1)).isZero();
        assertThat(rate.available()).isEqualTo(1);
        take();
        assertThat(redis.last(BALANCE)).isEqualTo("1");
        take();
        assertThat(redis.last(BALANCE)).isEqualTo("0");
    }

    @Test
    void while_redis_is_away_this_replica_takes_its_share_of_what_was_there() {
        condition.counted(3);
        redis.full = 25;
        take();
        away();
        assertThat(rate.available()).isEqualTo(8);
        assertThat(rate.perMinute()).isEqualTo(20);
        assertThat(rate.period()).isEqualTo(Duration.ofSeconds(3));
        assertThat(rate.sharers()).isEqualTo(1);
        assertThat(takeAll()).isEqualTo(8);
        assertThat(rate.until(1)).isEqualTo(Duration.ofSeconds(3));
        time.pass(Duration.ofMinutes(1));
        assertThat(takeAll()).isEqualTo(10);
    }

    @Test
    void a_share_is_at_least_one_request_a_minute() {
        condition.counted(500);
        away();
        assertThat(rate.perMinute()).isEqualTo(1);
        time.pass(Duration.ofMinutes(1));
        assertThat(takeAll()).isEqualTo(1);
    }

    @Test
    void a_single_question_without_an_answer_is_served_from_the_share() {
        condition.counted(2);
        redis.full = 11;
        take();
        redis.down = true;
        take().orElseThrow();
        assertThat(condition.isDegraded()).isFalse();
        redis.down = false;
        take();
        assertThat(redis.last(BALANCE)).isEqualTo("-1");
    }

    @Test
    void what_was_taken_meanwhile_is_told_once_redis_answers_and_that_this_replica_knows_a_state_of_its_own() {
        condition.counted(3);
        redis.full = 25;
        take();
        away();
        assertThat(takeAll()).isEqualTo(8);
        back();
        assertThat(rate.until(1)).isZero();
        take();
        assertThat(redis.last(BALANCE)).isEqualTo("-8");
        assertThat(redis.last(BORN)).isEqualTo("0");
        assertThat(redis.last(PARTS)).isEqualTo(Long.toString(24 * LocalRate.PARTS));
        take();
        assertThat(redis.last(BALANCE)).isEqualTo("0");
        assertThat(redis.last(BORN)).isEqualTo("7");
    }

    @Test
    void what_was_told_without_an_answer_is_told_again() {
        redis.full = 20;
        take();
        away();
        take();
        back();
        redis.down = true;
        take();
        assertThat(redis.last(BALANCE)).isEqualTo("-1");
        redis.down = false;
        take();
        assertThat(redis.last(BALANCE)).isEqualTo("-2");
    }

    @Test
    void a_second_share_is_not_given_what_was_taken_from_the_first() {
        redis.full = 11;
        take();
        away();
        assertThat(takeAll()).isEqualTo(10);
        back();
        // No question was answered since.
        away();
        assertThat(takeAll()).isZero();
    }

    @Test
    void a_permit_of_the_share_that_is_given_back_is_there_again() {
        redis.full = 3;
        take();
        away();
        Rate.Taken taken = take().orElseThrow();
        assertThat(takeAll()).isEqualTo(1);
        taken.putBack();
        assertThat(takeAll()).isEqualTo(1);
        back();
        take();
        assertThat(redis.last(BALANCE)).isEqualTo("-2");
    }

    @Test
    void a_429_pauses_at_once_and_is_told() {
        Rate.Taken taken = take().orElseThrow();
        redis.hold();
        taken.throttled(Optional.of(HALF_A_MINUTE));
        assertThat(rate.pause()).isEqualTo(HALF_A_MINUTE);
        assertThat(rate.perMinute()).isEqualTo(30);
        assertThat(redis.last(PERMITS)).isEqualTo("0");
        assertThat(redis.last(SENT)).isEqualTo(Long.toString(redis.now() + 1));
        assertThat(redis.last(PAUSE)).isEqualTo("30000000");
    }

    @Test
    void a_429_without_a_word_of_how_long_pauses_for_two_to_four_seconds() {
        take().orElseThrow().throttled(Optional.empty());
        assertThat(redis.last(PAUSE)).isEqualTo("3000000");
    }

    @Test
    void answers_of_429_to_requests_that_were_under_way_together_halve_once() {
        Rate.Taken one = take().orElseThrow();
        Rate.Taken other = take().orElseThrow();
        time.pass(Duration.ofMillis(10));
        assertThat(one.throttled(Optional.of(HALF_A_MINUTE)).await().indefinitely())
                .isTrue();
        assertThat(other.throttled(Optional.of(HALF_A_MINUTE)).await().indefinitely())
                .isFalse();
        assertThat(rate.perMinute()).isEqualTo(30);
    }

    @Test
    void an_answer_of_before_a_429_was_known_does_not_end_its_pause() {
        redis.full = 10;
        Rate.Taken taken = take().orElseThrow();
        redis.hold();
        rate.take().subscribe().with(later -> {});
        taken.throttled(Optional.of(HALF_A_MINUTE));
        redis.releaseFirst();
        assertThat(rate.pause()).isEqualTo(HALF_A_MINUTE);
        assertThat(rate.perMinute()).isEqualTo(30);
    }

    @Test
    void a_429_that_redis_could_not_be_told_goes_with_the_next_question() {
        redis.full = 10;
        Rate.Taken taken = take().orElseThrow();
        redis.down = true;
        taken.throttled(Optional.of(HALF_A_MINUTE));
        redis.down = false;
        time.pass(Duration.ofSeconds(10));
        take();
        assertThat(redis.last(PAUSE)).isEqualTo("20000000");
        assertThat(rate.pause()).isEqualTo(Duration.ofSeconds(20));
        take();
        assertThat(redis.last(PAUSE)).isEmpty();
    }

    @Test
    void a_429_that_redis_did_not_answer_is_told_again_at_once() {
        Rate.Taken taken = take().orElseThrow();
        redis.failures = 2;
        taken.throttled(Optional.of(HALF_A_MINUTE));
        assertThat(redis.asked).hasSize(4);
        assertThat(redis.last(PAUSE)).isEqualTo("30000000");
        time.pass(HALF_A_MINUTE.plus(HALF_A_MINUTE));
        take();
        assertThat(redis.last(PAUSE)).isEmpty();
    }

    @Test
    void all_that_redis_does_not_know_is_told_once_it_is_back() {
        redis.full = 20;
        take();
        away();
        take().orElseThrow().throttled(Optional.of(HALF_A_MINUTE));
        back();
        rate.tell();
        assertThat(redis.last(PERMITS)).isEqualTo("0");
        assertThat(redis.last(BALANCE)).isEqualTo("-1");
        assertThat(redis.last(PAUSE)).isEqualTo("30000000");
    }

    @Test
    void a_pause_and_what_was_halved_go_on_while_redis_is_away() {
        condition.counted(3);
        take().orElseThrow().throttled(Optional.of(HALF_A_MINUTE));
        away();
        assertThat(rate.pause()).isEqualTo(HALF_A_MINUTE);
        assertThat(rate.perMinute()).isEqualTo(10);
        assertThat(takeAll()).isZero();
    }

    @Test
    void a_429_while_redis_is_away_pauses_the_share_and_is_told_afterwards() {
        redis.full = 20;
        take();
        away();
        assertThat(take().orElseThrow()
                        .throttled(Optional.of(HALF_A_MINUTE))
                        .await()
                        .indefinitely())
                .isTrue();
        assertThat(rate.pause()).isEqualTo(HALF_A_MINUTE);
        assertThat(rate.perMinute()).isEqualTo(30);
        assertThat(takeAll()).isZero();
        time.pass(Duration.ofSeconds(5));
        back();
        assertThat(rate.pause()).isEqualTo(Duration.ofSeconds(25));
        take();
        assertThat(redis.last(PAUSE)).isEqualTo("25000000");
        assertThat(redis.last(HALVED)).isEqualTo("30");
    }

    @Test
    void polls_that_need_a_fresh_estimate_ask_once_for_all() {
        redis.full = 10;
        redis.hold();
        UniAssertSubscriber<Void> impatient = refreshed();
        UniAssertSubscriber<Void> patient = refreshed();
        impatient.cancel();
        redis.release();
        patient.assertCompleted();
        assertThat(redis.asked).hasSize(1);
        assertThat(redis.last(PERMITS)).isEqualTo("0");
        assertThat(rate.available()).isEqualTo(10);

        time.pass(Duration.ofMillis(199));
        refreshed().assertCompleted();
        assertThat(redis.asked).hasSize(1);
        time.pass(Duration.ofMillis(1));
        refreshed().assertCompleted();
        assertThat(redis.asked).hasSize(2);
    }

    @Test
    void polls_go_on_without_redis() {
        redis.down = true;
        refreshed().assertCompleted();
        away();
        int asked = redis.asked.size();
        refreshed().assertCompleted();
        assertThat(redis.asked).hasSize(asked);
    }

    @Test
    void polls_of_all_replicas_share_what_is_certain() {
        condition.counted(3);
        assertThat(rate.sharers()).isEqualTo(3);
    }

    private Optional<Rate.Taken> take() {
        return rate.take()
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create())
                .assertCompleted()
                .getItem();
    }

    private int takeAll() {
        int all = 0;
        while (take().isPresent()) {
            all++;
        }
        return all;
    }

    private UniAssertSubscriber<Void> refreshed() {
        return rate.refreshed().subscribe().withSubscriber(UniAssertSubscriber.create());
    }

    private void away() {
        redis.down = true;
        condition.lost(new RedisUnavailable("test"));
    }

    private void back() {
        redis.down = false;
        while (condition.isDegraded()) {
            condition.healthy();
        }
    }

    /** Answers what the script would, as far as a single replica can tell, on a clock of its own. */
    private final class Answering implements Function<List<String>, Uni<RedisRate.Answer>> {

        private static final long BORN_THERE = 7;

        /** Not the clock of this process. */
        private static final long AHEAD_MICROS = 3_600_000_000L;

        private final List<List<String>> asked = new ArrayList<>();
        private final Deque<Runnable> held = new ArrayDeque<>();
        private boolean holding;
        private boolean down;
        private int failures;
        private long full = SIXTY.burst();
        private LocalRate kept;
        private long order;

        @Override
        public Uni<RedisRate.Answer> apply(List<String> arguments) {
            asked.add(arguments);
            if (down || failures-- > 0) {
                return Uni.createFrom().failure(new RedisUnavailable("test"));
            }
            RedisRate.Answer answer = answer(arguments);
            return Uni.createFrom().emitter(emitter -> answer(emitter, answer));
        }

        private void answer(UniEmitter<? super RedisRate.Answer> emitter, RedisRate.Answer answer) {
            if (holding) {
                held.add(() -> emitter.complete(answer));
            } else {
                emitter.complete(answer);
            }
        }

        private RedisRate.Answer answer(List<String> arguments) {
            if (kept == null) {
                kept = new LocalRate(SIXTY, time, () -> 0);
                kept.become(new Level(
                        full * LocalRate.PARTS,
                        60,
                        Duration.ofDays(1),
                        Duration.ofDays(1).negated()));
            }
            boolean halved = false;
            if (!arguments.get(SENT).isEmpty()) {
                Duration pause = Duration.of(Long.parseLong(arguments.get(PAUSE)), ChronoUnit.MICROS);
                long sent = Long.parseLong(arguments.get(SENT)) - AHEAD_MICROS;
                halved = kept.throttled(Instant.EPOCH.plus(sent, ChronoUnit.MICROS), Optional.of(pause));
            }
            boolean taken = arguments.get(PERMITS).equals("1")
                    && kept.take().await().indefinitely().isPresent();
            order++;
            return new RedisRate.Answer(taken, halved, now() + order, BORN_THERE, kept.level());
        }

        /** Of the last answer. */
        long now() {
            return ChronoUnit.MICROS.between(Instant.EPOCH, time.instant()) + AHEAD_MICROS;
        }

        String last(int argument) {
            return asked.get(asked.size() - 1).get(argument);
        }

        void hold() {
            holding = true;
        }

        void release() {
            holding = false;
            while (!held.isEmpty()) {
                held.removeFirst().run();
            }
        }

        void releaseFirst() {
            held.removeFirst().run();
        }

        void releaseLast() {
            held.removeLast().run();
        }
    }
}
