package dev.callwatch.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.callwatch.account.Account;
import dev.callwatch.account.AnAccount;
import dev.callwatch.budget.Backoff;
import dev.callwatch.budget.BudgetLease;
import dev.callwatch.budget.LeaseStore;
import dev.callwatch.budget.SharedBudget;
import dev.callwatch.time.Delay;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.redis.runtime.datasource.ReactiveRedisDataSourceImpl;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Command;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.mutiny.redis.client.RedisAPI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the scripts do with a budget, on a real Redis. */
class RedisLeaseStoreTest {

    private static final Duration LONG = Duration.ofSeconds(5);
    private static final Backoff BACKOFF = new Backoff(3, 80, Duration.ofSeconds(20));
    private static final Backoff LATER = new Backoff(4, 40, Duration.ofSeconds(30));
    private static final Delay NEVER = duration -> Uni.createFrom().emitter(never -> {});

    private final ARedis redis = new ARedis();
    private final Redis client = redis.client();
    private final Keys keys = new Keys("test");
    private final Account account = AnAccount.usual();
    private final RedisCircuit circuit = new RedisCircuit(true, Clock.systemUTC(), () -> {}, () -> {});
    private final RedisScripts scripts =
            new RedisScripts(() -> client, Duration.ofSeconds(1), circuit, NEVER, new SimpleMeterRegistry());
    private final LeaseStore store = new RedisLeaseStore(account, scripts, keys);

    @AfterEach
    void stop() {
        client.close();
        redis.close();
    }

    @Test
    void there_is_nothing_at_first() {
        LeaseStore.Reading read = read();
        assertThat(read.budget()).isEmpty();
        assertThat(Duration.between(read.at(), Instant.now()).abs()).isLessThan(LONG);
    }

    @Test
    void what_replaces_nothing_is_read_by_all() {
        SharedBudget budget = budget(1);
        assertThat(replace(read(), budget)).isTrue();
        assertThat(read().budget()).contains(budget);
        assertThat(new RedisLeaseStore(account, scripts, keys)
                        .read()
                        .await()
                        .atMost(LONG)
                        .budget())
                .contains(budget);
    }

    @Test
    void only_the_first_of_those_who_have_read_the_same_replaces_it() {
        LeaseStore.Reading nothing = read();
        assertThat(replace(nothing, budget(1))).isTrue();
        assertThat(replace(nothing, budget(2))).isFalse();
        LeaseStore.Reading one = read();
        assertThat(replace(one, budget(2))).isTrue();
        assertThat(replace(one, budget(3))).isFalse();
        assertThat(read().budget()).contains(budget(2));
        assertThat(replace(read(), budget(3))).isTrue();
    }

    @Test
    void a_429_is_published_with_what_it_changes_and_only_then() {
        List<ReplicaMessage> published = new CopyOnWriteArrayList<>();
        ReplicaChannel channel = new ReplicaChannel(
                () -> new ReactiveRedisDataSourceImpl(redis.vertx(), client, RedisAPI.api(client)),
                keys,
                circuit,
                NEVER,
                Instant::now,
                () -> {});
        channel.listen(published::add);
        channel.subscribe();
        await().atMost(LONG).until(channel::isSubscribed);

        LeaseStore.Reading outdated = read();
        assertThat(replace(outdated, budget(1))).isTrue();
        assertThat(announce(outdated, LATER)).isFalse();
        assertThat(announce(read(), BACKOFF)).isTrue();
        await().atMost(LONG).until(() -> !published.isEmpty());
        assertThat(published).containsExactly(new ReplicaMessage.Throttled(account.key(), BACKOFF));
        channel.end(new ShutdownEvent());
    }

    @Test
    void a_budget_is_kept_until_its_burst_would_be_full_and_its_rate_has_grown_back() {
        replace(read(), budget(1));
        long left = redis.run(Command.PTTL, keys.budget(account.key())).toLong();
        // 100 permits at 160 a minute.
        assertThat(Duration.ofMillis(left)).isBetween(Duration.ofSeconds(3_630), Duration.ofSeconds(3_638));
    }

    private LeaseStore.Reading read() {
        return store.read().await().atMost(LONG);
    }

    private boolean replace(LeaseStore.Reading read, SharedBudget next) {
        return store.replace(read, next, Optional.empty()).await().atMost(LONG);
    }

    private boolean announce(LeaseStore.Reading read, Backoff backoff) {
        return store.replace(read, budget(9), Optional.of(backoff)).await().atMost(LONG);
    }

    private static SharedBudget budget(int has) {
        Instant now = Instant.parse("2026-11-24T09:00:00Z");
        return new SharedBudget(
                Map.of("replica", new BudgetLease(has, 0, 0, 0, Optional.empty(), now)),
                5,
                now,
                Instant.EPOCH,
                BACKOFF);
    }
}
