package dev.callwatch.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.callwatch.call.CallDetail;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.RevisionLog;
import dev.callwatch.vonage.ScriptedReader;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.mutiny.redis.client.Command;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The last revision of a call, which nobody reads again, where Redis fails at a step of writing it. */
// They wait most of the time, each for a Redis of its own.
@Execution(ExecutionMode.CONCURRENT)
class UnsharedRevisionsTest {

    private static final String ACTIVE = "{\"status\":\"Active\"}";
    private static final String RECORDED = "{\"status\":\"Active\",\"recordingStatus\":\"Started\"}";
    private static final String ENDED = "{\"status\":null,\"dispositionCode\":\"Sale\"}";
    private static final Duration HEALED = Duration.ofSeconds(15);

    /** However busy the machine is, Redis is slow only where a test freezes it, for three times as long. */
    private static final Duration PATIENT = Duration.ofMillis(500);

    private final ARedis redis = new ARedis();
    private final AVonage vonage = new AVonage();
    private final FaultyRedis client = new FaultyRedis(redis.client());
    private final AReplica a = new AReplica(redis.vertx(), client, vonage, PATIENT);

    /** Knows nothing of the call, as after a start. */
    private final AReplica b = new AReplica(redis, vonage, PATIENT);

    private final CallGuid guid = new CallGuid(UUID.randomUUID().toString());

    @BeforeEach
    void begin() {
        vonage.answers(guid, ACTIVE);
        a.lookNow(guid);
        await().until(() -> logged().size() == 1);
    }

    @AfterEach
    void close() {
        Stream.of(a, b).forEach(AReplica::close);
        redis.close();
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.INCLUDE,
            names = {"ACQUIRE_LEASE", "COMPARE_AND_SET", "APPEND_REVISION"})
    void it_is_in_the_log_although_the_request_of_a_script_was_lost(RedisScript script) {
        client.losesRequest(script);
        CallStatus end = end();
        await().atMost(HEALED).untilAsserted(() -> assertHasEnd(end));
        assertThat(client.isFine()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.INCLUDE,
            names = {"ACQUIRE_LEASE", "COMPARE_AND_SET", "APPEND_REVISION"})
    void it_is_in_the_log_although_the_answer_of_a_script_was_lost(RedisScript script) {
        client.losesAnswer(script);
        CallStatus end = end();
        await().atMost(HEALED).untilAsserted(() -> assertHasEnd(end));
        assertThat(client.isFine()).isTrue();
    }

    @Test
    void it_is_in_the_log_with_what_changed_although_it_was_observed_again_before_it_was_appended() {
        client.losesAnswer(RedisScript.COMPARE_AND_SET);
        client.losesRequest(RedisScript.GET_IF_CHANGED);
        CallStatus end = end();
        await().until(() ->
                a.readNow(guid).observed().at().isAfter(end.observed().at()));
        await().atMost(HEALED).untilAsserted(() -> assertHasEnd(end));
    }

    @Test
    void it_is_in_the_log_although_redis_was_frozen_and_stored_it_too_late_for_its_replica() {
        List<UniEmitter<? super CallDetail>> readings = new CopyOnWriteArrayList<>();
        vonage.answers(guid, () -> Uni.createFrom().emitter(readings::add));
        await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
        UniAssertSubscriber<?> end = a.read(guid).subscribe().withSubscriber(UniAssertSubscriber.create());
        await().until(() -> readings.size() == 1);
        redis.run(Command.CLIENT, "PAUSE", "1500", "ALL");
        readings.get(0).complete(ScriptedReader.detail(ENDED));
        end.awaitItem(Duration.ofSeconds(5));
        await().until(a.circuit::isDegraded);
        await().atMost(HEALED).untilAsserted(() -> assertHasEnd(a.lookNow(guid)));
    }

    @Test
    void each_revision_that_was_read_while_redis_was_frozen_is_followed_by_the_last_one() {
        redis.run(Command.CLIENT, "PAUSE", "4000", "ALL");
        vonage.answers(guid, RECORDED);
        await().until(() -> a.readNow(guid).vonage().equals(RECORDED));
        CallStatus end = end();
        await().atMost(HEALED).untilAsserted(() -> assertHasEnd(end));
    }

    @Test
    void it_is_in_the_log_of_a_redis_that_came_back_empty() {
        redis.stop();
        CallStatus end = end();
        await().until(a.circuit::isDegraded);
        redis.restart();
        await().atMost(HEALED).untilAsserted(() -> assertHasEnd(end));
    }

    private CallStatus end() {
        vonage.answers(guid, ENDED);
        await().until(() -> a.readNow(guid).vonage().equals(ENDED));
        return a.lookNow(guid);
    }

    private void assertHasEnd(CallStatus end) {
        List<RevisionLog.Entry> entries = logged();
        assertThat(entries).isNotEmpty();
        RevisionLog.Entry last = entries.get(entries.size() - 1);
        assertThat(last.now().vonage()).isEqualTo(ENDED);
        assertThat(last.now().revision()).isEqualTo(end.revision());
        assertThat(last.before())
                .hasValueSatisfying(before -> assertThat(before.ended()).contains(false));
        assertThat(b.calls().knownAnywhere(AReplica.ACCOUNT, guid).await().indefinitely())
                .hasValueSatisfying(known -> assertThat(known.revision()).isEqualTo(end.revision()));
    }

    private List<RevisionLog.Entry> logged() {
        return b.log.read(AReplica.ACCOUNT.key(), Optional.of("0-0"), 1_000).await().indefinitely().entries().stream()
                .filter(entry -> entry.now().id().equals(guid.value()))
                .toList();
    }
}
