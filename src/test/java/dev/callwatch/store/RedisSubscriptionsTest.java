package dev.callwatch.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.callwatch.access.Caller;
import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallGuid;
import dev.callwatch.push.EventTypes;
import dev.callwatch.push.Run;
import dev.callwatch.push.Subscription;
import dev.callwatch.push.SubscriptionStore.Ownership;
import dev.callwatch.push.SubscriptionStore.Saved;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Command;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Subscriptions of two replicas in a real Redis. */
class RedisSubscriptionsTest {

    private static final Run RUN = Run.FIRST;

    private static final Duration PATIENT = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(5);

    private ARedis redis;
    private AReplica one;
    private AReplica two;
    private RedisSubscriptions first;
    private RedisSubscriptions second;

    @BeforeEach
    void start() {
        redis = new ARedis();
        one = new AReplica(redis, new AVonage(), PATIENT);
        two = new AReplica(redis, new AVonage(), PATIENT);
        first = subscriptions(one);
        second = subscriptions(two);
        now(first.heartbeat());
        now(second.heartbeat());
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
        redis.close();
    }

    @Test
    void a_subscription_is_kept_and_each_replica_can_read_it() {
        Subscription subscription = subscription("a");
        assertThat(now(first.create(subscription, RUN, Map.of("progress", "1"), false)))
                .isEmpty();
        assertThat(now(first.save(subscription.id(), RUN, Map.of("progress", "2", "event:x", "e"), Set.of())))
                .isEqualTo(Saved.KEPT);
        assertThat(now(second.load(subscription.id())))
                .containsOnly(Map.entry("progress", "2"), Map.entry("event:x", "e"));
        now(first.save(subscription.id(), RUN, Map.of(), List.of("event:x")));
        assertThat(now(second.load(subscription.id()))).containsOnlyKeys("progress");
        assertThat(now(second.ofCaller(subscription.callerName()))).containsExactly(subscription.id());
        assertThat(now(second.isOf(subscription.callerName(), subscription.id())))
                .isTrue();
        assertThat(now(second.isOf("somebody else", subscription.id()))).isFalse();
        assertThat(now(first.owned())).containsOnlyKeys(subscription.id());
        assertThat(now(second.owned())).isEmpty();
    }

    @Test
    void one_with_the_same_content_is_kept_instead_unless_it_is_to_be_replaced() {
        Subscription kept = subscription("a");
        Subscription same = subscription("a");
        now(first.create(kept, RUN, Map.of("progress", "1"), false));
        assertThat(now(second.create(same, RUN, Map.of("progress", "1"), false)))
                .contains(kept.id());
        assertThat(now(second.load(same.id()))).isEmpty();
        assertThat(now(second.create(same, RUN, Map.of("progress", "1"), true))).isEmpty();
        assertThat(now(second.create(subscription("b"), RUN, Map.of("progress", "1"), false)))
                .isEmpty();
    }

    @Test
    void only_the_replica_that_runs_a_subscription_changes_it() {
        Subscription subscription = subscription("a");
        assertThat(now(first.save(subscription.id(), RUN, Map.of("progress", "2"), Set.of())))
                .isEqualTo(Saved.UNKNOWN);
        now(first.create(subscription, RUN, Map.of("progress", "1"), false));
        assertThat(now(second.save(subscription.id(), RUN, Map.of("progress", "2"), Set.of())))
                .isEqualTo(Saved.TAKEN);
        now(second.forget(subscription));
        assertThat(now(first.load(subscription.id()))).containsEntry("progress", "1");
    }

    @Test
    void what_a_replica_ran_that_is_gone_is_taken_over_by_one_other() {
        Subscription subscription = subscription("a");
        now(first.create(subscription, RUN, Map.of("progress", "1"), false));
        await().atMost(Duration.ofSeconds(3))
                .until(() -> !now(second.heartbeat()).taken().isEmpty());
        assertThat(now(second.owned())).containsOnlyKeys(subscription.id());
        assertThat(now(first.save(subscription.id(), RUN, Map.of("progress", "2"), Set.of())))
                .isEqualTo(Saved.TAKEN);
        Run run = now(second.owned()).get(subscription.id());
        assertThat(now(second.save(subscription.id(), run, Map.of("progress", "3"), Set.of())))
                .isEqualTo(Saved.KEPT);
        // It comes back, and runs nothing.
        assertThat(now(first.heartbeat())).isEqualTo(new Ownership(Set.of(), Set.of(), 0));
    }

    @Test
    void a_replica_that_lost_a_subscription_and_got_it_back_has_it_in_another_run() {
        Subscription subscription = subscription("a");
        now(first.create(subscription, RUN, Map.of("progress", "1"), false));
        await().atMost(Duration.ofSeconds(3))
                .until(() -> !now(second.heartbeat()).taken().isEmpty());
        Run between = now(second.owned()).get(subscription.id());
        now(second.save(subscription.id(), between, Map.of("progress", "2"), Set.of()));
        now(second.leave());
        assertThat(now(first.heartbeat()).taken()).containsExactly(subscription.id());
        assertThat(now(first.save(subscription.id(), RUN, Map.of("progress", "1"), Set.of())))
                .isEqualTo(Saved.TAKEN);
        Run run = now(first.owned()).get(subscription.id());
        assertThat(run).isNotEqualTo(RUN).isNotEqualTo(between);
        assertThat(now(first.load(subscription.id()))).containsEntry("progress", "2");
        assertThat(now(first.save(subscription.id(), run, Map.of("progress", "3"), Set.of())))
                .isEqualTo(Saved.KEPT);
    }

    @Test
    void what_a_replica_began_that_is_gone_before_its_first_heartbeat_is_taken_over() {
        redis.run(Command.FLUSHALL);
        now(second.heartbeat());
        Subscription subscription = subscription("a");
        now(first.create(subscription, RUN, Map.of("progress", "1"), false));
        now(first.acquire("follow:crm:a", RUN, Map.of("follow", "1")));
        Set<String> taken = new HashSet<>();
        await().atMost(LONG).until(() -> {
            taken.addAll(now(second.heartbeat()).taken());
            return taken.equals(Set.of(subscription.id(), "follow:crm:a"));
        });
    }

    @Test
    void in_a_store_that_came_back_empty_the_replica_that_ran_it_last_prevails() {
        Subscription subscription = subscription("a");
        now(first.create(subscription, RUN, Map.of("progress", "1"), false));
        now(first.leave());
        now(second.heartbeat());
        Run last = now(second.owned()).get(subscription.id());
        redis.run(Command.FLUSHALL);
        now(first.create(subscription, RUN, Map.of("progress", "1", "event:old", "e"), true));
        now(second.create(subscription, last, Map.of("progress", "2"), true));
        assertThat(now(first.save(subscription.id(), RUN, Map.of("progress", "1"), Set.of())))
                .isEqualTo(Saved.TAKEN);
        now(first.create(subscription, RUN, Map.of("progress", "1"), true));
        assertThat(now(second.save(subscription.id(), last, Map.of("event:x", "e"), Set.of())))
                .isEqualTo(Saved.KEPT);
        assertThat(now(first.load(subscription.id())))
                .containsOnly(Map.entry("progress", "2"), Map.entry("event:x", "e"));
    }

    /** Otherwise it would begin it again with every heartbeat, and whoever takes over what it ran would have it too. */
    @Test
    void what_was_written_again_by_the_replica_that_ran_it_last_no_longer_counts_as_run_by_another() {
        Subscription subscription = subscription("a");
        now(first.create(subscription, RUN, Map.of("progress", "1"), true));
        now(second.create(subscription, new Run(1), Map.of("progress", "2"), true));
        assertThat(now(first.owned())).isEmpty();
        assertThat(now(first.heartbeat()).owned()).isZero();
        now(first.leave());
        assertThat(now(second.heartbeat())).isEqualTo(new Ownership(Set.of(), Set.of(), 1));
        assertThat(now(second.save(subscription.id(), new Run(1), Map.of(), Set.of())))
                .isEqualTo(Saved.KEPT);
    }

    /** A replica of a version before runs had numbers: it names itself without one, and looks for itself so. */
    @Test
    void what_an_earlier_version_ran_is_taken_over_in_a_run_above_all_before() {
        Subscription subscription = subscription("a");
        now(first.create(subscription, RUN, Map.of("progress", "1"), false));
        now(first.leave());
        now(second.heartbeat());
        Run before = now(second.owned()).get(subscription.id());
        ranByEarlierVersion(subscription.id());
        assertThat(now(second.save(subscription.id(), before, Map.of("progress", "2"), Set.of())))
                .isEqualTo(Saved.TAKEN);
        assertThat(now(second.owned())).isEmpty();
        redis.run(Command.ZADD, one.keys.pushReplicas(), "0", "earlier");
        assertThat(now(second.heartbeat()).taken()).containsExactly(subscription.id());
        Run run = now(second.owned()).get(subscription.id());
        assertThat(run.number()).isGreaterThan(before.number() + 1);
        assertThat(now(second.save(subscription.id(), before, Map.of("progress", "2"), Set.of())))
                .isEqualTo(Saved.TAKEN);
        assertThat(now(second.save(subscription.id(), run, Map.of("progress", "3"), Set.of())))
                .isEqualTo(Saved.KEPT);
    }

    /** An earlier version acquires it although this one runs it: it does not know the name with a number. */
    @Test
    void what_an_earlier_version_acquired_stays_with_it_until_it_is_gone() {
        String id = "follow:crm:a";
        now(first.acquire(id, RUN, Map.of("follow", "1")));
        ranByEarlierVersion(id);
        redis.run(Command.ZADD, one.keys.pushReplicas(), Long.toString(Long.MAX_VALUE), "earlier");
        assertThat(now(first.save(id, RUN, Map.of(), Set.of()))).isEqualTo(Saved.TAKEN);
        assertThat(now(first.owned())).isEmpty();
        now(first.acquire(id, RUN, Map.of("follow", "1")));
        now(second.acquire(id, RUN, Map.of("follow", "1")));
        assertThat(now(first.owned())).isEmpty();
        assertThat(now(second.owned())).isEmpty();
        redis.run(Command.ZADD, one.keys.pushReplicas(), "0", "earlier");
        assertThat(now(first.heartbeat()).taken()).containsExactly(id);
        Run run = now(first.owned()).get(id);
        assertThat(now(first.save(id, run, Map.of("position", "1-0"), Set.of())))
                .isEqualTo(Saved.KEPT);
    }

    private void ranByEarlierVersion(String id) {
        redis.run(Command.HSET, one.keys.pushOwners(), id, "earlier");
        redis.run(Command.SADD, one.keys.pushOwned("earlier"), id);
    }

    @Test
    void in_a_store_that_came_back_empty_the_replica_that_followed_last_prevails() {
        String id = "follow:crm:a";
        now(first.acquire(id, RUN, Map.of("follow", "1")));
        now(first.leave());
        now(second.heartbeat());
        Run last = now(second.owned()).get(id);
        redis.run(Command.FLUSHALL);
        now(first.heartbeat());
        now(second.heartbeat());
        now(first.acquire(id, RUN, Map.of("follow", "1", "position", "1-0")));
        now(second.acquire(id, last, Map.of("follow", "1", "position", "2-0")));
        now(first.acquire(id, RUN, Map.of("follow", "1", "position", "1-0")));
        assertThat(now(first.save(id, RUN, Map.of(), Set.of()))).isEqualTo(Saved.TAKEN);
        assertThat(now(second.load(id))).containsEntry("position", "2-0");
        assertThat(now(first.owned())).isEmpty();
    }

    @Test
    void a_replica_with_a_heartbeat_keeps_what_it_runs_and_one_that_leaves_does_not() {
        Subscription subscription = subscription("a");
        now(first.create(subscription, RUN, Map.of("progress", "1"), false));
        await().during(Duration.ofSeconds(3)).atMost(LONG).until(() -> {
            now(first.heartbeat());
            return now(second.heartbeat()).taken().isEmpty();
        });
        now(first.leave());
        assertThat(now(second.heartbeat()).taken()).containsExactly(subscription.id());
    }

    @Test
    void a_subscription_that_was_deleted_elsewhere_is_named_to_the_replica_that_runs_it() {
        Subscription subscription = subscription("a");
        now(first.create(subscription, RUN, Map.of("progress", "1"), false));
        now(second.requestEnd(subscription));
        assertThat(now(second.ofCaller(subscription.callerName()))).isEmpty();
        assertThat(now(second.heartbeat()).ended()).isEmpty();
        assertThat(now(first.heartbeat()).ended()).containsExactly(subscription.id());
        now(first.forget(subscription));
        assertThat(now(first.heartbeat())).isEqualTo(new Ownership(Set.of(), Set.of(), 0));
        assertThat(now(first.load(subscription.id()))).isEmpty();
    }

    @Test
    void what_every_replica_knows_by_one_name_is_run_by_one_and_keeps_its_fields() {
        now(first.acquire("follow:crm:a", RUN, Map.of("follow", "1")));
        now(second.acquire("follow:crm:a", RUN, Map.of("follow", "1")));
        assertThat(now(first.owned())).containsOnlyKeys("follow:crm:a");
        assertThat(now(second.owned())).isEmpty();
        now(first.save("follow:crm:a", RUN, Map.of("position", "1-0"), Set.of()));
        now(first.leave());
        assertThat(now(second.heartbeat()).taken()).containsExactly("follow:crm:a");
        now(second.acquire("follow:crm:a", RUN, Map.of("follow", "1", "position", "0-0")));
        assertThat(now(second.load("follow:crm:a"))).containsEntry("position", "1-0");
        assertThat(redis.run(Command.PTTL, two.keys.subscription("follow:crm:a"))
                        .toLong())
                .isPositive();
    }

    @Test
    void what_belongs_to_a_replica_that_nobody_knows_can_be_acquired() {
        now(first.acquire("follow:crm:a", RUN, Map.of("follow", "1")));
        redis.run(io.vertx.mutiny.redis.client.Command.ZREM, one.keys.pushReplicas(), one.identity.name());
        now(second.acquire("follow:crm:a", RUN, Map.of("follow", "1")));
        assertThat(now(second.owned())).containsOnlyKeys("follow:crm:a");
        assertThat(now(first.owned())).isEmpty();
        assertThat(now(first.save("follow:crm:a", RUN, Map.of("position", "1-0"), Set.of())))
                .isEqualTo(Saved.TAKEN);
    }

    @Test
    void all_of_it_expires() {
        Subscription subscription = subscription("a");
        now(first.create(subscription, RUN, Map.of("progress", "1"), false));
        for (String key : List.of(
                one.keys.subscription(subscription.id()),
                one.keys.pushCaller(subscription.callerName()),
                one.keys.pushContent(subscription.content()))) {
            assertThat(redis.run(Command.PTTL, key).toLong()).isPositive();
        }
    }

    private static RedisSubscriptions subscriptions(AReplica replica) {
        return new RedisSubscriptions(replica.scripts, replica.keys, replica.identity, Duration.ofHours(1));
    }

    private static <T> T now(Uni<T> outcome) {
        return outcome.await().atMost(LONG);
    }

    private static Subscription subscription(String sink) {
        return new Subscription(
                UUID.randomUUID().toString().replace("-", ""),
                new Caller("main", "https://issuer", "crm", Set.of(), Set.of(), Optional.empty()),
                new AccountKey("a"),
                sink,
                Optional.empty(),
                EventTypes.ALL,
                Set.of(new CallGuid("94e5928c-7f7e-4645-ad72-61010f906449")),
                Instant.now(),
                Instant.now().plusSeconds(60),
                OptionalInt.empty(),
                true,
                OptionalInt.empty(),
                Optional.empty());
    }
}
