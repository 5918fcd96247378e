package dev.callwatch.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.callwatch.account.Allowance;
import dev.callwatch.account.AnAccount;
import dev.callwatch.budget.Budget;
import dev.callwatch.budget.BudgetsInVirtualTime;
import dev.callwatch.budget.Delay;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Redis;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The budgets of three replicas under more look-ups than they may serve, on a real Redis and the real clock. */
class SharedBudgetTest {

    private static final int REPLICAS = 3;
    private static final Allowance ALLOWANCE = new Allowance(6_000, 30);
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Clock clock = Clock.tickMillis(ZoneOffset.UTC);
    private final ARedis redis = new ARedis();
    private final List<AReplica> replicas =
            IntStream.range(0, REPLICAS).mapToObj(number -> new AReplica()).toList();
    private final Queue<Instant> permits = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final Instant start = clock.instant();
    private volatile boolean over;

    @AfterEach
    void stop() {
        over = true;
        replicas.forEach(replica -> replica.client.close());
        redis.close();
    }

    @Test
    void replicas_together_ask_as_often_as_one_would_also_while_redis_is_away_and_when_it_comes_back_empty() {
        replicas.forEach(replica -> IntStream.range(0, 10).forEach(caller -> look(replica, "caller-" + caller)));
        passed(150);
        assertBudgetIsKept();

        redis.stop();
        await().atMost(LONG).until(() -> replicas.stream().allMatch(replica -> replica.condition.isDegraded()));
        int before = permits.size();
        passed(before + 150);
        assertBudgetIsKept();

        redis.restart();
        replicas.forEach(replica -> replica.condition.healthy());
        passed(permits.size() + 150);
        assertBudgetIsKept();
        assertThat(failures).isEmpty();
    }

    private void passed(int many) {
        await().atMost(LONG).until(() -> permits.size() >= many);
    }

    private void assertBudgetIsKept() {
        int passed = permits.size();
        double seconds = Duration.between(start, clock.instant()).toMillis() / 1_000.0;
        double allowed = ALLOWANCE.burst() + seconds * ALLOWANCE.requestsPerMinute() / 60;
        assertThat((double) passed).isLessThanOrEqualTo(allowed);
        System.out.println(passed + " of " + allowed);
    }

    /** One look-up after the other. */
    private void look(AReplica replica, String caller) {
        replica.budget
                .permit(caller, clock.instant().plusSeconds(10))
                .subscribe()
                .with(
                        permit -> {
                            permits.add(clock.instant());
                            if (!over) {
                                look(replica, caller);
                            }
                        },
                        failures::add);
    }

    /** A budget as it is wired in production. */
    private final class AReplica {

        private final Redis client = redis.client();
        private final Condition condition = new Condition(true, clock, () -> {}, () -> {});
        private final Budget budget;

        private AReplica() {
            Delay delay = duration -> Uni.createFrom().emitter(emitter -> {
                long timer = redis.vertx()
                        .getDelegate()
                        .setTimer(Math.max(1, duration.toMillis()), fired -> emitter.complete(null));
                emitter.onTermination(() -> redis.vertx().getDelegate().cancelTimer(timer));
            });
            Scripts scripts = new Scripts(() -> client, condition, delay, new SimpleMeterRegistry());
            condition.counted(REPLICAS);
            this.budget = BudgetsInVirtualTime.of(
                            account -> new RedisRate(
                                    account.allowance(),
                                    arguments -> scripts.run(Script.ALLOWANCE, List.of("test:{a}:allowance"), arguments)
                                            .map(RedisRate.Answer::of),
                                    condition,
                                    clock,
                                    () -> 0.5),
                            clock,
                            delay)
                    .of(AnAccount.of(ALLOWANCE));
        }
    }
}
