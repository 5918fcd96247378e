package dev.callwatch.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallDetail;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallHint;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallPosition;
import dev.callwatch.call.CallQuery;
import dev.callwatch.call.CallState;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Coordination;
import dev.callwatch.call.LogAppended;
import dev.callwatch.call.LookupResult;
import dev.callwatch.call.RemoteFollow;
import dev.callwatch.call.RemoteHint;
import dev.callwatch.call.RevisionLog;
import dev.callwatch.call.Snapshot;
import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.vonage.ScriptedReader;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.mutiny.redis.client.Command;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Three replicas on a real Redis. */
// It waits most of the time, and shares nothing with the others.
@Execution(ExecutionMode.CONCURRENT)
// Its methods, which do what all clients of its Redis notice, one after the other.
@ResourceLock("RedisReplicasTest")
class RedisCoordinationTest {

    private static final String ACTIVE = "{\"status\":\"Active\"}";
    private static final String RECORDED = "{\"status\":\"Active\",\"recordingStatus\":\"Started\"}";
    private static final String ENDED = "{\"status\":null}";

    /** However busy the machine is: this is not about an outage of Redis. */
    private static final Duration PATIENT = Duration.ofSeconds(1);

    private static ARedis redis;

    private final AVonage vonage = new AVonage();
    private final AReplica a = new AReplica(redis, vonage, PATIENT);
    private final AReplica b = new AReplica(redis, vonage, PATIENT);
    private final AReplica c = new AReplica(redis, vonage, PATIENT);
    private final CallGuid guid = new CallGuid(UUID.randomUUID().toString());
    private final CallKey key = AReplica.key(guid);

    /** Lately: what is older than the retention counts as unknown. */
    private static final Instant BEGIN = Instant.now().minusSeconds(10).truncatedTo(ChronoUnit.MILLIS);

    @BeforeAll
    static void start() {
        redis = new ARedis();
    }

    @AfterAll
    static void stop() {
        if (redis != null) {
            redis.close();
        }
    }

    @AfterEach
    void close() {
        Stream.of(a, b, c).forEach(AReplica::close);
    }

    @Test
    void what_one_has_read_the_others_answer() {
        vonage.answers(guid, ENDED);
        CallStatus read = a.lookNow(guid);
        assertThat(b.lookNow(guid)).isEqualTo(read);
        assertThat(c.lookNow(guid)).isEqualTo(read);
        assertThat(vonage.readings(guid)).isOne();
    }

    @Test
    void the_list_of_an_account_has_what_any_replica_has_read_in_its_last_state() {
        vonage.answers(guid, ACTIVE);
        CallStatus first = a.lookNow(guid);
        await().untilAsserted(() -> assertThat(listed(c, CallState.ACTIVE)).contains(position(first)));

        vonage.answers(guid, ENDED);
        CallStatus last = readUntilChanged(b, first);
        await().untilAsserted(() -> assertThat(listed(c, CallState.COMPLETED)).contains(position(last)));
        assertThat(listed(c, CallState.ACTIVE)).extracting(CallPosition::guid).doesNotContain(guid);
        CallQuery older = new CallQuery(Optional.empty(), Optional.empty(), Optional.of(position(last)), 100);
        assertThat(newest(c, older)).extracting(CallPosition::guid).doesNotContain(guid);
    }

    @Test
    void pages_of_the_list_have_calls_of_one_moment_once_each() {
        AccountKey other = new AccountKey("other");
        List<CallPosition> all = IntStream.range(0, 10)
                .mapToObj(i -> new CallPosition(
                        1_764_000_000_000L, new CallGuid(UUID.randomUUID().toString())))
                .sorted()
                .toList();
        all.forEach(position -> redis.run(
                Command.ZADD,
                a.keys.calls(other, CallState.ACTIVE),
                position.revision(),
                position.guid().value()));
        List<CallPosition> paged = new ArrayList<>();
        Optional<CallPosition> after = Optional.empty();
        do {
            List<CallPosition> page = a.replicas
                    .newest(other, new CallQuery(Optional.empty(), Optional.empty(), after, 3))
                    .await()
                    .atMost(PATIENT);
            paged.addAll(page);
            after = page.isEmpty() ? Optional.empty() : Optional.of(page.get(page.size() - 1));
        } while (after.isPresent());
        assertThat(paged).isEqualTo(all);
    }

    @Test
    void the_log_of_an_account_has_every_revision_of_any_replica_with_what_was_before() {
        String begin = log(c, Optional.empty()).end();
        vonage.answers(guid, ACTIVE);
        CallStatus first = a.lookNow(guid);
        vonage.answers(guid, ENDED);
        CallStatus last = readUntilChanged(b, first);
        await().until(() -> own(log(c, Optional.of(begin))).size() == 2);

        List<RevisionLog.Entry> entries = own(log(c, Optional.of(begin)));
        assertThat(entries)
                .extracting(RevisionLog.Entry::now)
                .extracting(CallStatus::revision)
                .containsExactly(first.revision(), last.revision());
        assertThat(entries.get(0).before()).isEmpty();
        assertThat(entries.get(1).before().map(CallStatus::vonage)).contains(ACTIVE);
        assertThat(entries.get(1).now()).isEqualTo(last);
        assertThat(own(log(a, Optional.of(entries.get(0).position())))).containsExactly(entries.get(1));
        assertThat(c.appended).contains(new LogAppended(key.account()));
    }

    @Test
    void a_revision_is_appended_once_and_by_another_replica_where_its_own_was_gone_before_that() {
        String begin = log(c, Optional.empty()).end();
        vonage.answers(key.guid(), "{\"status\":\"Active\"}");
        long revision = a.readNow(key.guid()).revision();
        await().until(() -> own(log(c, Optional.of(begin))).size() == 1);
        redis.run(Command.DEL, a.keys.log(key.account()), a.keys.calls(key.account(), CallState.ACTIVE));
        assertThat(b.lookNow(key.guid()).revision()).isEqualTo(revision);
        c.lookNow(key.guid());
        await().atMost(Duration.ofSeconds(10))
                .until(() -> own(log(c, Optional.of("0-0"))).size() == 1);
        await().during(Duration.ofSeconds(2))
                .atMost(Duration.ofSeconds(5))
                .until(() -> own(log(c, Optional.of("0-0"))).size() == 1);
    }

    @Test
    void a_revision_that_another_replica_appends_has_what_was_before_it() {
        vonage.answers(guid, ACTIVE);
        CallStatus first = a.lookNow(guid);
        vonage.answers(guid, ENDED);
        CallStatus last = readUntilChanged(a, first);
        await().until(() -> own(log(c, Optional.of("0-0"))).size() == 2);
        redis.run(
                Command.DEL,
                a.keys.log(key.account()),
                a.keys.calls(key.account(), CallState.ACTIVE),
                a.keys.calls(key.account(), CallState.COMPLETED));
        assertThat(b.lookNow(guid)).isEqualTo(last);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> own(log(c, Optional.of("0-0"))).size() == 1);
        assertThat(own(log(c, Optional.of("0-0"))).get(0).before().map(CallStatus::vonage))
                .contains(ACTIVE);
    }

    @Test
    void a_status_that_was_read_without_redis_follows_what_redis_knew() {
        vonage.answers(key.guid(), "{\"status\":\"Active\"}");
        long before = a.readNow(key.guid()).revision();
        vonage.answers(key.guid(), "{\"status\":null}");
        // As when Redis did not answer b in time before it read the call, but did when it stored it.
        CallStatus first = CallStatus.of(
                key,
                Optional.empty(),
                ScriptedReader.detail("{\"status\":null}"),
                before + 5,
                OptionalLong.empty(),
                CallStatus.Observed.of(Instant.now(), Instant.now(), Optional.empty(), Optional.empty()));
        Coordination.Lease lease = (Coordination.Lease) b.replicas
                .acquire(
                        key,
                        a.replicas
                                .sync(key, Snapshot.NOTHING)
                                .await()
                                .atMost(PATIENT)
                                .snapshot())
                .await()
                .atMost(PATIENT);
        CallStatus kept = lease.publish(Snapshot.NOTHING, Snapshot.of(first))
                .await()
                .atMost(PATIENT)
                .snapshot()
                .status()
                .orElseThrow();
        assertThat(kept.revision()).isEqualTo(before + 5);
        assertThat(kept.previous()).hasValue(before);
    }

    @Test
    void a_position_that_the_log_does_not_have_has_a_gap_after_it() {
        vonage.answers(guid, ACTIVE);
        String begin = log(a, Optional.empty()).end();
        a.lookNow(guid);
        await().until(() -> !own(log(a, Optional.of(begin))).isEmpty());
        for (String unknown : List.of("1-1", "999999999999999999-0", "nonsense", "00000000.1")) {
            RevisionLog.Slice slice = log(a, Optional.of(unknown));
            assertThat(slice.isComplete()).isFalse();
            assertThat(slice.entries()).isEmpty();
            assertThat(slice.end()).matches("[0-9]+-[0-9]+");
        }
    }

    private static RevisionLog.Slice log(AReplica replica, Optional<String> after) {
        return replica.log.read(AReplica.ACCOUNT.key(), after, 1_000).await().atMost(PATIENT);
    }

    private List<RevisionLog.Entry> own(RevisionLog.Slice slice) {
        return slice.entries().stream()
                .filter(entry -> entry.now().id().equals(guid.value()))
                .toList();
    }

    @Test
    void a_hint_reaches_the_other_replicas_and_not_the_one_that_publishes_it() {
        List<RemoteHint> atA = new CopyOnWriteArrayList<>();
        List<RemoteHint> atB = new CopyOnWriteArrayList<>();
        List<RemoteFollow> followedByA = new CopyOnWriteArrayList<>();
        RedisHints fromA = hints(a, atA, new ArrayList<>());
        hints(b, atB, followedByA);
        await().until(() -> fromA.isConnected() && b.channel.isSubscribed());
        CallHint hint = new CallHint(key.account(), Set.of(guid), CallHint.Kind.ENDED, "notification");
        fromA.publish(hint);
        await().until(() -> !atB.isEmpty());
        assertThat(atB).containsExactly(new RemoteHint(hint));
        fromA.publishFollowed(key);
        await().until(() -> !followedByA.isEmpty());
        assertThat(followedByA).containsExactly(new RemoteFollow(key));
        assertThat(atA).isEmpty();
    }

    private static RedisHints hints(AReplica replica, List<RemoteHint> received, List<RemoteFollow> followed) {
        RedisHints hints = new RedisHints(
                AReplica.options(), replica.channel, replica.identity, replica.circuit, received::add, followed::add);
        hints.begin(new StartupEvent());
        return hints;
    }

    private static CallPosition position(CallStatus status) {
        return new CallPosition(status.revision(), new CallGuid(status.id()));
    }

    private static List<CallPosition> listed(AReplica replica, CallState state) {
        return newest(replica, new CallQuery(Optional.of(state), Optional.empty(), Optional.empty(), 100));
    }

    private static List<CallPosition> newest(AReplica replica, CallQuery query) {
        return replica.replicas.newest(AReplica.ACCOUNT.key(), query).await().atMost(PATIENT);
    }

    private CallStatus readUntilChanged(AReplica replica, CallStatus known) {
        await().until(() -> replica.readNow(guid).revision() > known.revision());
        return replica.lookNow(guid);
    }

    @Test
    void what_vonage_does_not_know_is_asked_for_once() {
        vonage.answers(guid, () -> Uni.createFrom().failure(new UpstreamFailure.CallNotFound()));
        Stream.of(a, b, c)
                .forEach(replica -> replica.look(guid)
                        .subscribe()
                        .withSubscriber(UniAssertSubscriber.create())
                        .awaitFailure(failure -> assertThat(failure).isInstanceOf(UpstreamFailure.CallNotFound.class)));
        assertThat(vonage.readings(guid)).isOne();
    }

    @Test
    void all_who_ask_any_replica_at_once_are_one_reading() {
        List<UniEmitter<? super CallDetail>> readings = new CopyOnWriteArrayList<>();
        vonage.answers(guid, () -> Uni.createFrom().emitter(readings::add));
        List<UniAssertSubscriber<LookupResult>> all = IntStream.range(0, 30)
                .mapToObj(i -> asked(List.of(a, b, c).get(i % 3)))
                .toList();
        await().until(() -> readings.size() == 1 && isWaitedFor());
        readings.get(0).complete(ScriptedReader.detail(ACTIVE));
        all.forEach(asked -> asked.awaitItem(Duration.ofSeconds(2)));
        assertThat(vonage.readings(guid)).isOne();
        assertThat(redis.run(Command.EXISTS, a.keys.lease(key)).toInteger()).isZero();
    }

    @Test
    void a_reading_that_fails_is_one_failure_for_all_who_wait_wherever() {
        List<UniEmitter<? super CallDetail>> readings = new CopyOnWriteArrayList<>();
        vonage.answers(guid, () -> Uni.createFrom().emitter(readings::add));
        List<UniAssertSubscriber<LookupResult>> all =
                Stream.of(a, b, c).map(this::asked).toList();
        await().until(() -> readings.size() == 1 && isWaitedFor());
        readings.get(0).fail(ScriptedReader.throttled(Duration.ofSeconds(7)));
        all.forEach(asked -> asked.awaitFailure(failure -> {
            assertThat(failure).isInstanceOf(UpstreamFailure.class);
            assertThat(((UpstreamFailure) failure).retryAfter()).contains(Duration.ofSeconds(7));
        }));
        vonage.answers(guid, ACTIVE);
        assertThat(b.lookNow(guid).previous()).isEmpty();
    }

    @Test
    void who_gives_up_without_the_lease_fails_nobody_who_waits_for_its_holder() {
        List<UniEmitter<? super CallDetail>> readings = new CopyOnWriteArrayList<>();
        vonage.answers(guid, () -> Uni.createFrom().emitter(readings::add));
        UniAssertSubscriber<LookupResult> first = asked(a);
        await().until(() -> readings.size() == 1);
        UniAssertSubscriber<LookupResult> second = asked(b);
        ReplicaMessage givenUp = new ReplicaMessage.GivenUp(key, ScriptedReader.throttled(Duration.ofSeconds(7)));
        c.scripts
                .run(new ScriptCall.ReleaseLease(c.keys, key, "c:1", givenUp))
                .await()
                .indefinitely();
        await().during(Duration.ofMillis(200)).until(() -> second.getFailure() == null);
        readings.get(0).complete(ScriptedReader.detail(ACTIVE));
        first.awaitItem();
        second.awaitItem();
    }

    @Test
    void a_reading_that_nobody_ends_holds_the_others_up_for_no_longer_than_its_lease() {
        List<UniEmitter<? super CallDetail>> readings = new CopyOnWriteArrayList<>();
        vonage.answers(guid, () -> Uni.createFrom().emitter(readings::add));
        asked(a);
        await().until(() -> readings.size() == 1);
        // As if killed: nobody renews.
        a.close();
        vonage.answers(guid, ACTIVE);
        Instant asked = Instant.now();
        b.lookNow(guid);
        assertThat(Duration.between(asked, Instant.now())).isBetween(Duration.ofSeconds(1), Duration.ofMillis(4_500));
    }

    @Test
    void a_long_reading_keeps_its_lease() {
        List<UniEmitter<? super CallDetail>> readings = new CopyOnWriteArrayList<>();
        vonage.answers(guid, () -> Uni.createFrom().emitter(readings::add));
        UniAssertSubscriber<LookupResult> first = asked(a);
        await().until(() -> readings.size() == 1);
        UniAssertSubscriber<LookupResult> second = asked(b);
        await().pollDelay(Duration.ofMillis(3_300)).until(() -> readings.size() == 1);
        readings.get(0).complete(ScriptedReader.detail(ACTIVE));
        first.awaitItem();
        second.awaitItem();
        assertThat(vonage.readings(guid)).isOne();
    }

    @Test
    void a_new_revision_is_published_wherever_the_call_is_known() {
        vonage.answers(guid, ACTIVE);
        Stream.of(a, b, c).forEach(replica -> replica.lookNow(guid));
        vonage.answers(guid, RECORDED);
        await().until(() -> c.readNow(guid).vonage().equals(RECORDED));
        await().atMost(Duration.ofSeconds(1))
                .until(() -> Stream.of(a, b)
                        .allMatch(replica -> replica.documents(guid).equals(List.of(ACTIVE, RECORDED))));
        vonage.answers(guid, ENDED);
        await().until(() -> a.readNow(guid).vonage().equals(ENDED));
        await().atMost(Duration.ofSeconds(1))
                .until(() -> Stream.of(a, b, c)
                        .allMatch(replica -> replica.documents(guid).equals(List.of(ACTIVE, RECORDED, ENDED))));
    }

    @Test
    void a_replica_that_missed_revisions_receives_each_of_them() {
        vonage.answers(guid, ACTIVE);
        a.lookNow(guid);
        b.lookNow(guid);
        redis.run(Command.CLIENT, "KILL", "TYPE", "pubsub");
        kept(a, RECORDED);
        kept(a, ACTIVE);
        kept(a, ENDED);
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(b.documents(guid)).containsExactly(ACTIVE, RECORDED, ACTIVE, ENDED));
    }

    @Test
    void an_older_observation_does_not_take_the_place_of_a_newer_one() {
        vonage.answers(guid, ACTIVE);
        CallStatus first = a.lookNow(guid);
        Snapshot before = Snapshot.of(first);
        CallStatus newer =
                status(first, first.revision() + 1, ENDED, first.observed().at().plusSeconds(2));
        CallStatus older = status(
                first, first.revision() + 1, RECORDED, first.observed().at().plusSeconds(1));
        lease(a).publish(before, Snapshot.of(newer)).await().indefinitely();
        Coordination.Update update =
                lease(b, newer).publish(before, Snapshot.of(older)).await().indefinitely();
        assertThat(update.snapshot().status().orElseThrow().vonage()).isEqualTo(ENDED);
        assertThat(update.snapshot().revision()).isGreaterThan(first.revision() + 1);
        assertThat(stored().vonage()).isEqualTo(ENDED);
    }

    @Test
    void the_last_revisions_are_kept_for_those_who_come_back() {
        vonage.answers(guid, ACTIVE);
        long first = a.lookNow(guid).revision();
        for (int i = 0; i < 40; i++) {
            kept(a, i % 2 == 0 ? RECORDED : ACTIVE);
        }
        List<Long> revisions = b.calls().historyAnywhere(AReplica.ACCOUNT, guid).await().indefinitely().stream()
                .map(CallStatus::revision)
                .toList();
        assertThat(revisions)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(first + 8, first + 40).boxed().toList());
        assertThat(redis.run(Command.PTTL, a.keys.history(key)).toLong()).isBetween(3_500_000L, 3_600_000L);
        assertThat(redis.run(Command.PTTL, a.keys.call(key)).toLong())
                .isGreaterThan(Duration.ofHours(47).toMillis());
    }

    @Test
    void of_large_revisions_the_last_are_read_up_to_four_mebibytes() {
        vonage.answers(guid, large(0, 1_000_000));
        a.lookNow(guid);
        for (int i = 1; i <= 6; i++) {
            kept(a, large(i, 1_000_000));
        }
        assertThat(historyOfB()).containsExactly(3, 4, 5, 6);
    }

    @Test
    void the_last_revision_is_read_however_large_it_is() {
        vonage.answers(guid, large(0, 1_000));
        a.lookNow(guid);
        kept(a, large(1, 5_000_000));
        assertThat(historyOfB()).containsExactly(1);
    }

    /** The numbers of the documents. */
    private List<Integer> historyOfB() {
        return b.calls().historyAnywhere(AReplica.ACCOUNT, guid).await().indefinitely().stream()
                .map(status -> Integer.valueOf(status.vonage().replaceFirst("^.*\"number\":([0-9]+),.*$", "$1")))
                .toList();
    }

    private static String large(int number, int length) {
        return "{\"status\":\"Active\",\"number\":" + number + ",\"more\":\"" + "x".repeat(length) + "\"}";
    }

    @Test
    void a_call_is_read_from_redis_after_all_have_been_restarted() {
        vonage.answers(guid, ENDED);
        CallStatus read = a.lookNow(guid);
        try (AReplica anew = new AReplica(redis, vonage, PATIENT)) {
            assertThat(anew.lookNow(guid)).isEqualTo(read);
        }
        assertThat(vonage.readings(guid)).isOne();
    }

    @Test
    void scripts_that_redis_has_forgotten_are_sent_again() {
        vonage.answers(guid, ENDED);
        a.lookNow(guid);
        redis.run(Command.SCRIPT, "FLUSH");
        b.lookNow(guid);
        assertThat(vonage.readings(guid)).isOne();
    }

    @Test
    void what_a_newer_release_has_written_is_not_changed() {
        vonage.answers(guid, ENDED);
        a.lookNow(guid);
        redis.run(Command.HSET, a.keys.call(key), "v", "2", "tag", "of-another-kind", "doc", "[]");
        assertThat(b.lookNow(guid).vonage()).isEqualTo(ENDED);
        assertThat(vonage.readings(guid)).isEqualTo(2);
        assertThat(redis.run(Command.HGET, a.keys.call(key), "v")).hasToString("2");
        assertThat(b.circuit.isDegraded()).isFalse();
    }

    @Test
    void what_a_newer_release_keeps_in_other_fields_does_not_keep_this_one_asking() {
        vonage.answers(guid, ENDED);
        a.lookNow(guid);
        redis.run(Command.DEL, a.keys.call(key));
        redis.run(Command.HSET, a.keys.call(key), "v", "2", "tag", "of-another-kind", "document", "x");
        assertThat(b.lookNow(guid).vonage()).isEqualTo(ENDED);
        assertThat(vonage.readings(guid)).isEqualTo(2);
    }

    @Test
    void fields_of_a_newer_release_are_kept() {
        vonage.answers(guid, ACTIVE);
        a.lookNow(guid);
        redis.run(Command.HSET, a.keys.call(key), "later", "x");
        kept(b, ENDED);
        assertThat(redis.run(Command.HGET, a.keys.call(key), "later")).hasToString("x");
    }

    @Test
    void replicas_count_each_other() {
        await().until(() -> Stream.of(a, b, c).allMatch(replica -> replica.circuit.replicas() >= 3));
    }

    @Test
    void whatever_they_read_at_once_no_replica_sees_a_revision_go_back_or_a_status_without_its_own() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<AReplica> all = List.of(a, b, c);
        List<Uni<?>> running = all.stream()
                .<Uni<?>>map(replica -> Uni.createFrom()
                        .deferred(() -> replica.replicas.sync(key, Snapshot.NOTHING))
                        .chain(update -> lease(replica, update.snapshot()))
                        // What it knew before it waited.
                        .chain(lease -> lease.publish(Snapshot.NOTHING, random(random)))
                        .repeat()
                        .atMost(70)
                        .collect()
                        .last())
                .toList();
        Uni.combine().all().unis(running).discardItems().await().atMost(Duration.ofSeconds(20));
        List<CallStatus> history =
                a.calls().historyAnywhere(AReplica.ACCOUNT, guid).await().indefinitely();
        assertThat(history).as("seed %d", seed).isNotEmpty();
        assertThat(history.stream().map(CallStatus::revision).toList())
                .as("seed %d", seed)
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(stored().revision())
                .isEqualTo(history.get(history.size() - 1).revision());
    }

    private Snapshot random(Random random) {
        CallStatus some = CallStatus.of(
                key,
                Optional.empty(),
                ScriptedReader.detail("{\"status\":\"S" + random.nextInt(4) + "\"}"),
                1,
                OptionalLong.empty(),
                CallStatus.Observed.of(
                        BEGIN.plusMillis(random.nextInt(1_000)), BEGIN, Optional.empty(), Optional.empty()));
        return Snapshot.of(some);
    }

    /** Something else has become of the call. */
    private void kept(AReplica replica, String document) {
        Coordination.Update update =
                replica.replicas.sync(key, Snapshot.NOTHING).await().indefinitely();
        CallStatus before = update.snapshot().status().orElseThrow();
        CallStatus now = status(
                before, before.revision() + 1, document, before.observed().at().plusMillis(1));
        lease(replica, before)
                .publish(update.snapshot(), Snapshot.of(now))
                .await()
                .indefinitely();
    }

    private CallStatus status(CallStatus before, long revision, String document, Instant at) {
        return CallStatus.of(
                key,
                Optional.empty(),
                ScriptedReader.detail(document),
                revision,
                OptionalLong.of(before.revision()),
                CallStatus.Observed.of(at, before.observed().firstAt(), Optional.empty(), Optional.empty()));
    }

    private Coordination.Lease lease(AReplica replica) {
        return lease(replica, replica.calls().known(AReplica.ACCOUNT, guid).orElseThrow());
    }

    private Coordination.Lease lease(AReplica replica, CallStatus known) {
        return lease(replica, Snapshot.of(known)).await().indefinitely();
    }

    /** Somebody may be faster; who has no lease keeps what it has all the same. */
    private Uni<Coordination.Lease> lease(AReplica replica, Snapshot known) {
        return replica.replicas.acquire(key, known).chain(claim -> {
            if (claim instanceof Coordination.Lease lease) {
                return Uni.createFrom().item(lease);
            }
            return claim instanceof Coordination.Update update
                    ? lease(replica, update.snapshot())
                    : ((Coordination.HeldElsewhere) claim).outcome().chain(update -> lease(replica, known));
        });
    }

    private CallStatus stored() {
        return c.replicas
                .sync(key, Snapshot.NOTHING)
                .await()
                .indefinitely()
                .snapshot()
                .status()
                .orElseThrow();
    }

    private boolean isWaitedFor() {
        return redis.run(Command.EXISTS, a.keys.lease(key)).toInteger() == 1;
    }

    private UniAssertSubscriber<LookupResult> asked(AReplica replica) {
        return replica.look(guid).subscribe().withSubscriber(UniAssertSubscriber.create());
    }
}
