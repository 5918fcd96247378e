package dev.callwatch.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.callwatch.account.Allowance;
import dev.callwatch.account.AnAccount;
import dev.callwatch.budget.Budget;
import dev.callwatch.budget.BudgetsInVirtualTime;
import dev.callwatch.budget.RateLimiter;
import dev.callwatch.time.Delay;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Command;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.mutiny.redis.client.Request;
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
    private static final Allowance ALLOWANCE = new Allowance(6_000, 100);
    /** Each replica may have some when Redis goes, and goes and comes back at its own moment; far less than a burst. */
    private static final int UNDER_WAY = 30;

    private static final Duration LONG = Duration.ofSeconds(20);

    private final Clock clock = Clock.tickMillis(ZoneOffset.UTC);
    private final ARedis redis = new ARedis();
    private final Delay delay = duration -> Uni.createFrom().emitter(emitter -> {
        long timer =
                redis.vertx().getDelegate().setTimer(Math.max(1, duration.toMillis()), fired -> emitter.complete(null));
        emitter.onTermination(() -> redis.vertx().getDelegate().cancelTimer(timer));
    });
    private final List<ABudget> replicas =
            IntStream.range(0, REPLICAS).mapToObj(number -> new ABudget()).toList();
    private final Queue<Instant> permits = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private Instant start;
    private volatile boolean over;

    @AfterEach
    void stop() {
        over = true;
        replicas.forEach(replica -> replica.client.close());
        redis.close();
    }

    @Test
    void replicas_together_ask_as_often_as_one_would_also_without_redis_and_when_it_restarts_empty() {
        replicas.forEach(ABudget::connect);
        // They share it before anybody asks.
        await().atMost(LONG)
                .until(() -> replicas.stream()
                        .allMatch(replica -> replica.limiter.perMinute() < ALLOWANCE.requestsPerMinute() / 2.0));
        start = clock.instant();
        replicas.forEach(replica -> IntStream.range(0, 10).forEach(caller -> look(replica, "caller-" + caller)));
        passed(200);
        assertThat(permits.size()).isLessThanOrEqualTo((int) (ALLOWANCE.burst() + rate(start)));
        // The burst is used up: from here on no other is to follow, whatever happens to Redis.
        Instant since = clock.instant();
        int first = permits.size();
        passed(first + 100);
        assertThat(replicas).noneMatch(replica -> replica.circuit.isDegraded());
        assertNoBurst(first, since);

        redis.stop();
        await().atMost(LONG).until(() -> replicas.stream().allMatch(replica -> replica.circuit.isDegraded()));
        passed(permits.size() + 150);
        assertNoBurst(first, since);

        redis.restart();
        await().atMost(LONG).until(() -> {
            replicas.forEach(ABudget::probe);
            return replicas.stream().noneMatch(replica -> replica.circuit.isDegraded());
        });
        passed(permits.size() + 150);
        assertThat(replicas).noneMatch(replica -> replica.circuit.isDegraded());
        assertNoBurst(first, since);
        assertThat(failures).isEmpty();
    }

    private void passed(int many) {
        await().atMost(LONG).until(() -> permits.size() >= many);
    }

    private void assertNoBurst(int before, Instant since) {
        int passed = permits.size() - before;
        assertThat((double) passed).isLessThanOrEqualTo(rate(since) + UNDER_WAY);
    }

    /** What the rate allows from a moment on. */
    private double rate(Instant since) {
        return Duration.between(since, clock.instant()).toMillis() / 60_000.0 * ALLOWANCE.requestsPerMinute();
    }

    /** One look-up after the other. */
    private void look(ABudget replica, String caller) {
        replica.budget
                .withPermit(
                        caller,
                        "call",
                        clock.instant().plusSeconds(10),
                        permit -> Uni.createFrom().item(permit))
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
    private final class ABudget {

        private final Redis client = redis.client();
        private final RedisCircuit circuit = new RedisCircuit(true, clock, () -> {}, () -> {});
        private final Keys keys = new Keys("test");
        private final Budget budget;
        private RateLimiter limiter;

        /** A first connection takes longer than any question may. */
        private void connect() {
            client.send(Request.cmd(Command.PING))
                    .onFailure()
                    .retry()
                    .withBackOff(Duration.ofMillis(20))
                    .atMost(100)
                    .await()
                    .atMost(LONG);
        }

        private void probe() {
            client.send(Request.cmd(Command.PING)).subscribe().with(pong -> circuit.healthy(), lost -> {});
        }

        private ABudget() {
            // A machine that is busy with other tests is no reason to give Redis up.
            RedisScripts scripts =
                    new RedisScripts(() -> client, Duration.ofSeconds(1), circuit, delay, new SimpleMeterRegistry());
            circuit.counted(REPLICAS);
            ReplicaChannel channel = new ReplicaChannel(() -> null, keys, circuit, delay, clock::instant, () -> {});
            RedisRateLimiters limiters = new RedisRateLimiters(scripts, keys, new ReplicaId(), circuit, channel, clock);
            this.budget = BudgetsInVirtualTime.of(
                            account -> {
                                limiter = limiters.of(account);
                                return limiter;
                            },
                            clock,
                            delay)
                    .of(AnAccount.of(ALLOWANCE));
            delay.of(Duration.ofSeconds(1))
                    .chain(limiters::renew)
                    .replaceWith(true)
                    .repeat()
                    .until(renewed -> over)
                    .subscribe()
                    .with(renewed -> {});
        }
    }
}
