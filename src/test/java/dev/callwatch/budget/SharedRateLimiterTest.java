package dev.callwatch.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.callwatch.account.Allowance;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What replicas give of a budget that they share, and when. */
class SharedRateLimiterTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MOVED = Duration.ofSeconds(2);
    private static final Duration HALF_A_MINUTE = Duration.ofSeconds(30);

    private final LeasedReplicas replicas = new LeasedReplicas(new Allowance(600, 100), 1);

    @Test
    void the_first_replica_has_all_of_the_budget_at_once() {
        LeasedReplicas.Replica only = replicas.join();
        assertThat(only.perMinute()).isEqualTo(600);
        assertThat(only.limiter.available()).isEqualTo(100);
    }

    @Test
    void one_that_comes_gets_its_part_of_the_rate_and_of_what_is_left_within_two_seconds() {
        replicas.join();
        LeasedReplicas.Replica second = replicas.join();
        assertThat(second.limiter.available()).isZero();
        replicas.pass(MOVED);
        assertThat(replicas.alive).allSatisfy(replica -> {
            assertThat(replica.perMinute()).isCloseTo(300, within(1.0));
            assertThat(replica.limiter.available()).isBetween(49L, 50L);
        });
    }

    @Test
    void one_that_leaves_gives_back_what_it_has() {
        join(2);
        replicas.pass(MOVED);
        LeasedReplicas.Replica stays = replicas.alive.get(0);
        replicas.alive.get(1).leave();
        replicas.pass(SECOND);
        assertThat(stays.perMinute()).isCloseTo(600, within(1.0));
        assertThat(stays.limiter.available()).isBetween(98L, 100L);
    }

    @Test
    void the_part_of_one_that_is_killed_is_free_when_its_lease_has_ended() {
        join(2);
        replicas.pass(MOVED);
        LeasedReplicas.Replica stays = replicas.alive.get(0);
        replicas.alive.get(1).kill();
        replicas.pass(MOVED);
        assertThat(stays.perMinute()).isCloseTo(300, within(1.0));
        replicas.pass(MOVED);
        assertThat(stays.perMinute()).isCloseTo(600, within(1.0));
    }

    @Test
    void parts_that_are_not_used_move_to_who_wants_them_within_two_seconds() {
        join(3);
        replicas.pass(Duration.ofSeconds(10));
        replicas.pass(Duration.ofMillis(350));
        LeasedReplicas.Replica busy = replicas.alive.get(1);
        busy.demand = 100;
        replicas.pass(MOVED);
        assertThat(busy.perMinute()).isGreaterThan(600 * 0.93);
        // What moves brings its permits along.
        Instant now = replicas.time.instant();
        assertThat(replicas.permits(Instant.EPOCH, now)).isGreaterThan(90);

        LeasedReplicas.Replica other = replicas.alive.get(2);
        busy.wantsNothing();
        other.demand = 100;
        replicas.pass(MOVED);
        assertThat(other.perMinute()).isGreaterThan(600 * 0.93);
    }

    @Test
    void replicas_that_want_more_than_there_is_get_equal_parts() {
        join(3);
        replicas.alive.get(0).demand = 100;
        replicas.alive.get(1).demand = 20;
        replicas.alive.get(2).demand = 1;
        replicas.pass(Duration.ofSeconds(20));
        Instant since = replicas.time.instant();
        replicas.pass(Duration.ofMinutes(1));
        Instant until = replicas.time.instant();
        assertThat(replicas.alive.get(2).permits(since, until)).isBetween(57L, 62L);
        assertThat(replicas.alive.get(1).permits(since, until)).isBetween(245L, 295L);
        assertThat(replicas.alive.get(0).permits(since, until)).isBetween(245L, 295L);
        assertThat(replicas.permits(since, until)).isBetween(575L, 612L);
    }

    @Test
    void a_replica_that_asks_seldom_never_waits_while_others_want_everything() {
        join(3);
        replicas.alive.get(0).demand = 100;
        replicas.alive.get(1).demand = 100;
        replicas.pass(Duration.ofSeconds(10));
        assertThat(replicas.alive.get(2).limiter.tryTake(RateLimiter.Use.REQUEST))
                .isPresent();
    }

    @Test
    void a_429_pauses_and_halves_all_replicas_once() {
        join(3);
        replicas.alive.forEach(replica -> replica.demand = 2);
        replicas.pass(Duration.ofSeconds(5));
        replicas.alive.get(0).throttle(Optional.of(HALF_A_MINUTE));
        replicas.alive.get(1).throttle(Optional.of(HALF_A_MINUTE));
        assertThat(replicas.alive).allMatch(replica -> replica.limiter.isPaused());
        Instant since = replicas.time.instant();
        replicas.pass(HALF_A_MINUTE.minusMillis(100));
        assertThat(replicas.permits(since, replicas.time.instant())).isZero();
        assertThat(perMinute()).isCloseTo(300, within(2.0));
        assertThat(replicas.alive.stream()
                        .mapToLong(replica -> replica.limiter.backoffs())
                        .sum())
                .isOne();
        replicas.pass(SECOND);
        assertThat(replicas.permits(since, replicas.time.instant())).isPositive();
        // A tenth of the ceiling each minute.
        replicas.pass(Duration.ofMinutes(1));
        assertThat(perMinute()).isCloseTo(360, within(4.0));
    }

    @Test
    void a_later_429_asks_for_a_longer_pause_everywhere() {
        join(2);
        replicas.alive.forEach(replica -> replica.demand = 2);
        replicas.pass(Duration.ofSeconds(5));
        replicas.alive.get(0).throttle(Optional.of(Duration.ofSeconds(3)));
        replicas.alive.get(1).throttle(Optional.of(HALF_A_MINUTE));
        assertThat(replicas.alive.get(0).limiter.pause()).isCloseTo(HALF_A_MINUTE, Duration.ofMillis(10));
        replicas.pass(MOVED);
        assertThat(perMinute()).isCloseTo(300, within(2.0));
    }

    @Test
    void one_that_comes_knows_the_pause_and_the_halved_rate() {
        LeasedReplicas.Replica first = replicas.join();
        first.demand = 2;
        replicas.pass(SECOND);
        first.throttle(Optional.of(HALF_A_MINUTE));
        replicas.pass(Duration.ofSeconds(10));
        LeasedReplicas.Replica second = replicas.join();
        assertThat(second.limiter.pause()).isCloseTo(Duration.ofSeconds(20), Duration.ofMillis(100));
        first.kill();
        replicas.pass(Duration.ofSeconds(5));
        assertThat(second.perMinute()).isCloseTo(300, within(2.0));
    }

    @Test
    void a_429_while_the_store_is_unreachable_is_known_to_all_once_it_is_back() {
        join(2);
        LeasedReplicas.Replica first = replicas.alive.get(0);
        LeasedReplicas.Replica second = replicas.alive.get(1);
        first.demand = 2;
        replicas.pass(Duration.ofSeconds(2));
        replicas.alive.forEach(replica -> replica.connection.cut = true);
        replicas.pass(Duration.ofSeconds(6));
        first.throttle(Optional.of(HALF_A_MINUTE));
        assertThat(first.limiter.isPaused()).isTrue();
        assertThat(second.limiter.isPaused()).isFalse();
        replicas.alive.forEach(replica -> replica.connection.cut = false);
        replicas.pass(SECOND);
        assertThat(second.limiter.pause()).isCloseTo(Duration.ofSeconds(29), Duration.ofMillis(500));
        replicas.pass(Duration.ofSeconds(4));
        assertThat(perMinute()).isCloseTo(300, within(2.0));
    }

    @Test
    void without_the_store_each_has_an_equal_part_once_all_leases_have_ended() {
        join(3);
        replicas.alive.get(0).demand = 100;
        replicas.pass(Duration.ofSeconds(10));
        assertThat(replicas.alive.get(0).perMinute()).isGreaterThan(600 * 0.9);
        replicas.alive.forEach(replica -> replica.connection.cut = true);
        for (int i = 0; i < 100; i++) {
            replicas.pass(LeasedReplicas.STEP);
            assertThat(perMinute()).isLessThanOrEqualTo(600);
        }
        assertThat(replicas.alive)
                .allSatisfy(replica -> assertThat(replica.perMinute()).isCloseTo(200, within(1.0)));
    }

    @Test
    void a_replica_that_has_no_part_yet_when_the_store_is_lost_counts_on_its_equal_one() {
        replicas.join();
        LeasedReplicas.Replica second = replicas.join();
        // The first one still has all of it.
        assertThat(second.perMinute()).isZero();
        replicas.alive.forEach(replica -> replica.connection.cut = true);
        for (int i = 0; i < 90; i++) {
            assertThat(second.limiter.until(1)).isLessThan(MOVED);
            replicas.pass(LeasedReplicas.STEP);
        }
        assertThat(second.perMinute()).isCloseTo(300, within(1.0));
        replicas.pass(second.limiter.until(1));
        assertThat(second.limiter.tryTake(RateLimiter.Use.REQUEST)).isPresent();
    }

    @Test
    void a_replica_that_never_reached_the_store_has_all_of_the_budget() {
        LeasedReplicas.Replica lonely = replicas.join(true);
        assertThat(lonely.perMinute()).isEqualTo(600);
        assertThat(lonely.limiter.available()).isEqualTo(100);
    }

    @Test
    void a_replica_that_stood_still_gives_nothing_before_it_has_asked_the_store() {
        join(2);
        replicas.alive.forEach(replica -> replica.demand = 100);
        replicas.pass(Duration.ofSeconds(5));
        LeasedReplicas.Replica frozen = replicas.alive.get(0);
        frozen.freeze();
        replicas.pass(Duration.ofSeconds(10));
        Instant thawed = replicas.time.instant();
        frozen.thaw();
        assertThat(frozen.permits(thawed, thawed.plus(SECOND))).isZero();
        replicas.pass(Duration.ofSeconds(5));
        assertThat(frozen.permits(thawed, replicas.time.instant())).isPositive();
    }

    @Test
    void a_store_that_restarts_empty_receives_the_leases_before_any_part_grows() {
        join(3);
        replicas.alive.get(0).demand = 100;
        replicas.pass(Duration.ofSeconds(10));
        replicas.forget();
        for (int i = 0; i < 60; i++) {
            replicas.pass(LeasedReplicas.STEP);
            assertThat(perMinute()).isLessThanOrEqualTo(600);
        }
        assertThat(replicas.store.budget().orElseThrow().leases()).hasSize(3);
    }

    @Test
    void with_fewer_permits_than_replicas_need_each_takes_from_the_pool() {
        LeasedReplicas few = new LeasedReplicas(new Allowance(60, 1), 3);
        IntStream.range(0, 3).forEach(i -> few.join());
        few.alive.forEach(replica -> replica.demand = 3);
        few.pass(Duration.ofSeconds(10));
        Instant since = few.time.instant();
        few.pass(Duration.ofMinutes(2));
        Instant until = few.time.instant();
        assertThat(few.permits(since, until)).isBetween(105L, 121L);
        assertThat(few.alive)
                .allSatisfy(replica -> assertThat(replica.permits(since, until)).isBetween(20L, 60L));
    }

    @Test
    void estimates_count_on_what_is_due_until_the_others_have_given_it_up() {
        join(2);
        LeasedReplicas.Replica busy = replicas.alive.get(0);
        busy.demand = 100;
        replicas.pass(Duration.ofSeconds(10));
        RateLimiter idle = replicas.alive.get(1).limiter;
        while (idle.tryTake(RateLimiter.Use.REQUEST).isPresent()) {
            // All that it has.
        }
        idle.waiting(30, 0);
        assertThat(idle.until(30)).isLessThan(Duration.ofSeconds(4));
        idle.replenish();
        // An equal part is due.
        assertThat(idle.until(30)).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(7));
        assertThat(idle.perMinute()).isLessThan(100);
    }

    private void join(int number) {
        IntStream.range(0, number).forEach(i -> {
            replicas.join();
            replicas.pass(Duration.ofMillis(150));
        });
    }

    private double perMinute() {
        return List.copyOf(replicas.alive).stream()
                .mapToDouble(LeasedReplicas.Replica::perMinute)
                .sum();
    }
}
