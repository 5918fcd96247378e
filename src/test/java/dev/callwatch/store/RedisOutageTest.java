package dev.callwatch.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.callwatch.call.CallDetail;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.LookupResult;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.mutiny.redis.client.Command;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What replicas do while Redis is slow, full, gone, or was restarted without what it knew. */
class RedisOutageTest {

    private static final String ACTIVE = "{\"status\":\"Active\"}";
    private static final String RECORDED = "{\"status\":\"Active\",\"recordingStatus\":\"Started\"}";
    private static final String ENDED = "{\"status\":null}";

    /** What is promised. */
    private static final Duration HEALED = Duration.ofSeconds(5);

    private final ARedis redis = new ARedis();
    private final AVonage vonage = new AVonage();
    private final AReplica a = new AReplica(redis, vonage);
    private final AReplica b = new AReplica(redis, vonage);
    private final CallGuid guid = guid();

    @AfterEach
    void close() {
        Stream.of(a, b).forEach(AReplica::close);
        redis.close();
    }

    @Test
    void without_redis_each_replica_reads_by_itself_and_with_it_they_agree_again() {
        vonage.answers(guid, ACTIVE);
        a.lookNow(guid);
        b.lookNow(guid);
        await().until(() -> a.circuit.replicas() == 2 && b.circuit.replicas() == 2);
        redis.stop();
        vonage.answers(guid, RECORDED);
        await().until(() -> a.readNow(guid).vonage().equals(RECORDED));
        vonage.answers(guid, ENDED);
        await().until(() -> b.readNow(guid).vonage().equals(ENDED));
        await().until(() -> a.circuit.isDegraded() && b.circuit.isDegraded());
        assertThat(a.circuit.replicas()).isEqualTo(2);
        redis.restart();
        await().atMost(HEALED).until(() -> !a.circuit.isDegraded() && !b.circuit.isDegraded());
        await().atMost(HEALED).untilAsserted(() -> {
            // Only who compares last knows what both saw of one revision; the other one has that with the next reading.
            assertThat(a.lookNow(guid))
                    .usingRecursiveComparison()
                    .ignoringFields("observed.lastActiveAt")
                    .isEqualTo(b.lookNow(guid));
            assertThat(a.lookNow(guid).vonage()).isEqualTo(ENDED);
        });
        assertThat(a.documents(guid)).containsExactly(ACTIVE, RECORDED, ENDED);
        assertThat(b.documents(guid)).containsExactly(ACTIVE, ENDED);
        assertThat(a.revisions(guid)).isSorted().doesNotHaveDuplicates();
        assertThat(b.revisions(guid)).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void what_is_remembered_anywhere_is_there_again_after_an_empty_restart() {
        vonage.answers(guid, ENDED);
        CallStatus read = a.lookNow(guid);
        redis.stop();
        await().until(a.circuit::isDegraded);
        redis.restart();
        await().atMost(HEALED).until(() -> !b.circuit.isDegraded());
        await().atMost(HEALED)
                .until(() -> redis.run(Command.EXISTS, a.keys.call(AReplica.key(guid)))
                                .toInteger()
                        == 1);
        assertThat(b.lookNow(guid)).isEqualTo(read);
        assertThat(vonage.readings(guid)).isOne();
    }

    @Test
    void a_slow_redis_delays_a_look_up_by_a_small_share_of_its_deadline() {
        vonage.answers(guid, ENDED);
        a.lookNow(guid);
        redis.run(Command.CLIENT, "PAUSE", "3000", "ALL");
        for (int i = 0; i < 5; i++) {
            CallGuid other = guid();
            vonage.answers(other, ENDED);
            Instant asked = Instant.now();
            assertThat(a.lookNow(other).previous()).isEmpty();
            // However busy the machine is: not as long as Redis is silent.
            assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofMillis(1_500));
        }
        assertThat(a.circuit.isDegraded()).isTrue();
        await().atMost(HEALED.plusSeconds(3)).until(() -> !a.circuit.isDegraded());
    }

    @Test
    void a_full_redis_is_as_good_as_none_until_there_is_room() {
        redis.run(Command.CONFIG, "SET", "maxmemory", "1");
        for (int i = 0; i < 5; i++) {
            CallGuid other = guid();
            vonage.answers(other, ENDED);
            assertThat(a.lookNow(other).previous()).isEmpty();
        }
        await().until(a.circuit::isDegraded);
        redis.run(Command.CONFIG, "SET", "maxmemory", "0");
        await().atMost(HEALED).until(() -> !a.circuit.isDegraded());
    }

    @Test
    void who_waits_for_another_replica_when_redis_goes_reads_the_call_itself() {
        List<UniEmitter<? super CallDetail>> readings = new CopyOnWriteArrayList<>();
        vonage.answers(guid, () -> Uni.createFrom().emitter(readings::add));
        asked(a);
        await().until(() -> readings.size() == 1);
        UniAssertSubscriber<LookupResult> waiting = asked(b);
        vonage.answers(guid, ACTIVE);
        redis.stop();
        waiting.awaitItem(Duration.ofSeconds(5));
        assertThat(vonage.readings(guid)).isEqualTo(2);
    }

    @Test
    void a_replica_that_starts_without_redis_works_and_joins_the_others_later() {
        redis.stop();
        vonage.answers(guid, ENDED);
        try (AReplica early = new AReplica(redis, vonage)) {
            assertThat(early.lookNow(guid).previous()).isEmpty();
            await().until(early.circuit::isDegraded);
            redis.restart();
            await().atMost(HEALED).until(() -> !early.circuit.isDegraded());
            await().atMost(HEALED).until(() -> early.circuit.replicas() == 3);
        }
    }

    private static CallGuid guid() {
        return new CallGuid(UUID.randomUUID().toString());
    }

    private UniAssertSubscriber<LookupResult> asked(AReplica replica) {
        return replica.look(guid).subscribe().withSubscriber(UniAssertSubscriber.create());
    }
}
