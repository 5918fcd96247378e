package dev.callwatch.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.Account;
import dev.callwatch.account.AccountKey;
import dev.callwatch.account.AnAccount;
import dev.callwatch.time.VirtualTime;
import dev.callwatch.vonage.ScriptedReader;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CallsTest {

    private static final String ACTIVE = "{\"status\":\"Active\"}";
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final CacheDirectives NO_CACHE = new CacheDirectives(Optional.of(Duration.ZERO), false);

    private final VirtualTime time = new VirtualTime();
    private final ScriptedReader vonage = new ScriptedReader(time);
    private final List<CallChanged> changes = new ArrayList<>();
    private final LookupOptions options = CallsInVirtualTime.options(Map.of());
    private final Calls calls = CallsInVirtualTime.of(vonage, options, time, changes::add);
    private final Batch batch = new Batch(calls, options, time, time);
    private final CallGuid guid = guid();
    private final Account account = AnAccount.usual();

    @Test
    void ten_thousand_who_ask_at_once_are_one_reading() {
        vonage.answers(guid, after(Duration.ofSeconds(2), ACTIVE));
        List<UniAssertSubscriber<LookupResult>> all =
                IntStream.range(0, 10_000).mapToObj(caller -> look()).toList();
        time.pass(Duration.ofSeconds(2));
        assertThat(all).allSatisfy(UniAssertSubscriber::assertCompleted);
        assertThat(vonage.readings(guid)).hasSize(1);
    }

    @Test
    void a_reading_that_fails_is_one_reading_for_all_who_wait_and_none_for_those_who_come_right_after() {
        vonage.answers(
                guid, () -> time.of(SECOND).chain(() -> Uni.createFrom().failure(new UpstreamFailure.CallNotFound())));
        List<UniAssertSubscriber<LookupResult>> all =
                IntStream.range(0, 1_000).mapToObj(caller -> look()).toList();
        time.pass(SECOND);
        assertThat(all).allSatisfy(waiting -> waiting.assertFailedWith(UpstreamFailure.CallNotFound.class));
        look().assertFailedWith(UpstreamFailure.CallNotFound.class);
        assertThat(vonage.readings(guid)).hasSize(1);
    }

    @Test
    void a_failure_that_says_nothing_of_the_call_is_not_remembered() {
        vonage.fails(guid, ScriptedReader.unreachable());
        look().assertFailedWith(UpstreamFailure.Unreachable.class);
        vonage.answers(guid, ACTIVE);
        look().assertCompleted();
    }

    @Test
    void a_definitive_failure_answers_for_a_second_and_is_forgotten_then() {
        vonage.fails(guid, ScriptedReader.forbidden());
        look().assertFailedWith(UpstreamFailure.Forbidden.class);
        vonage.answers(guid, ACTIVE);
        time.pass(Duration.ofMillis(999));
        look().assertFailedWith(UpstreamFailure.Forbidden.class);
        time.pass(Duration.ofMillis(1));
        look().assertCompleted();
        assertThat(vonage.readings(guid)).hasSize(2);
    }

    @Test
    void a_status_that_is_cached_and_fresh_is_there_at_once_as_a_look_up_would_answer_it() {
        vonage.answers(guid, ACTIVE);
        assertThat(calls.lookUpCached(account, guid, CacheDirectives.NONE)).isEmpty();
        look();
        assertThat(calls.lookUpCached(account, guid, CacheDirectives.NONE))
                .contains(look().assertCompleted().getItem());
        time.pass(SECOND);
        assertThat(calls.lookUpCached(account, guid, CacheDirectives.NONE)).isEmpty();
        assertThat(vonage.readings(guid)).hasSize(1);
    }

    @Test
    void what_has_to_be_read_anew_or_is_missing_is_not_there_at_once() {
        vonage.answers(guid, "{\"status\":null}");
        look();
        time.pass(SECOND);
        assertThat(calls.lookUpCached(account, guid, CacheDirectives.NONE)).isPresent();
        assertThat(calls.lookUpCached(account, guid, NO_CACHE)).isEmpty();
        CallGuid unknown = guid();
        calls.lookUp(account, unknown, CacheDirectives.NONE, "")
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create())
                .assertFailedWith(UpstreamFailure.CallNotFound.class);
        assertThat(calls.missing(account, unknown)).isPresent();
        assertThat(calls.lookUpCached(account, unknown, CacheDirectives.NONE)).isEmpty();
    }

    @Test
    void a_waiting_replica_does_not_take_an_old_snapshot_for_a_new_reading() {
        vonage.answers(guid, ACTIVE);
        Snapshot old = Snapshot.of(look().assertCompleted().getItem().status());
        time.pass(Duration.ofHours(1));
        Coordination.HeldElsewhere taken =
                new Coordination.HeldElsewhere(Uni.createFrom().item(() -> Optional.of(Coordination.Update.of(old))));
        LookupResult result = CallsInVirtualTime.of(vonage, options, new Others(taken, lease()), time, changes::add)
                .lookUp(account, guid, CacheDirectives.NONE, "")
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create())
                .assertCompleted()
                .getItem();
        assertThat(result.age()).isZero();
        assertThat(vonage.readings(guid)).hasSize(2);
    }

    @Test
    void a_defect_gives_the_reading_up_for_others() {
        List<UpstreamFailure> givenUp = new ArrayList<>();
        vonage.answers(guid, () -> Uni.createFrom().failure(new IllegalStateException("a defect")));
        Coordination.Lease lease = new Coordination.Lease() {
            @Override
            public Uni<Coordination.Update> publish(Snapshot before, Snapshot now) {
                return Uni.createFrom().item(Coordination.Update.of(now));
            }

            @Override
            public Uni<Void> abort(UpstreamFailure reason) {
                givenUp.add(reason);
                return Uni.createFrom().voidItem();
            }
        };
        CallsInVirtualTime.of(vonage, options, new Others(lease), time, changes::add)
                .lookUp(account, guid, CacheDirectives.NONE, "")
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create())
                .assertFailedWith(IllegalStateException.class);
        assertThat(givenUp).hasSize(1);
    }

    private Coordination.LeaseResult lease() {
        return new LocalCoordination()
                .acquire(new CallKey(account.key(), guid), Snapshot.NOTHING)
                .await()
                .indefinitely();
    }

    /** Replicas that answer claims from a script, one after the other. */
    private static final class Others implements Coordination {

        private final Iterator<LeaseResult> claims;

        private Others(LeaseResult... claims) {
            this.claims = List.of(claims).iterator();
        }

        @Override
        public Uni<LeaseResult> acquire(CallKey key, Snapshot known) {
            return Uni.createFrom().item(claims.next());
        }

        @Override
        public Uni<Update> sync(CallKey key, Snapshot known) {
            return Uni.createFrom().item(Update.of(known));
        }

        @Override
        public Uni<List<CallStatus>> history(CallKey key) {
            return Uni.createFrom().item(List.of());
        }

        @Override
        public Uni<List<CallPosition>> newest(AccountKey account, CallQuery query) {
            return Uni.createFrom().item(List.of());
        }
    }

    @Test
    void the_first_who_asks_may_leave_without_harm_to_the_others() {
        vonage.answers(guid, after(SECOND, ACTIVE));
        UniAssertSubscriber<LookupResult> first = look();
        UniAssertSubscriber<LookupResult> second = look();
        first.cancel();
        time.pass(SECOND);
        second.assertCompleted();
        assertThat(vonage.readings(guid)).hasSize(1);
    }

    @Test
    void a_reading_that_everybody_left_is_remembered_all_the_same() {
        vonage.answers(guid, after(SECOND, ACTIVE));
        look().cancel();
        time.pass(SECOND);
        assertThat(look().assertCompleted().getItem().cacheStatus()).isEqualTo(LookupResult.CacheStatus.HIT);
    }

    @Test
    void a_storm_of_forced_readings_is_one_reading_a_second() {
        vonage.answers(guid, ACTIVE);
        for (int tenth = 0; tenth < 50; tenth++) {
            calls.lookUp(account, guid, NO_CACHE, "")
                    .subscribe()
                    .withSubscriber(UniAssertSubscriber.create())
                    .assertCompleted();
            time.pass(Duration.ofMillis(100));
        }
        assertThat(vonage.readings(guid)).hasSize(5);
    }

    @Test
    void in_an_outage_a_known_call_is_answered_and_asked_for_once_a_second() {
        vonage.answers(guid, ACTIVE);
        look();
        time.pass(Duration.ofMinutes(1));
        vonage.fails(guid, ScriptedReader.unreachable());
        for (int tenth = 0; tenth < 100; tenth++) {
            LookupResult result = look().assertCompleted().getItem();
            assertThat(result.status().stale()).isTrue();
            time.pass(Duration.ofMillis(100));
        }
        assertThat(vonage.readings(guid)).hasSize(11);
    }

    @Test
    void each_new_revision_is_announced_once() {
        vonage.answers(guid, ACTIVE);
        look();
        time.pass(SECOND);
        look();
        vonage.answers(guid, "{\"status\":null}");
        time.pass(SECOND);
        look();
        long first = changes.get(0).now().revision();
        assertThat(changes).hasSize(2);
        assertThat(changes.get(1).now().previous()).hasValue(first);
        assertThat(changes.get(1).now().revision()).isEqualTo(first + 2_000);
    }

    @Test
    void a_clock_put_back_by_an_hour_neither_freezes_statuses_nor_makes_them_negative_in_age() {
        AtomicReference<Duration> step = new AtomicReference<>(Duration.ZERO);
        Calls stepped = CallsInVirtualTime.of(
                vonage,
                options,
                new LocalCoordination(),
                time,
                () -> time.instant().plus(step.get()),
                time,
                changes::add);
        vonage.answers(guid, ACTIVE);
        CallStatus before = look(stepped, CacheDirectives.NONE).status();
        step.set(Duration.ofHours(-1));

        time.pass(SECOND);
        LookupResult stale = look(stepped, CacheDirectives.NONE);
        time.pass(Duration.ofMillis(500));
        LookupResult cached = look(stepped, CacheDirectives.NONE);
        time.pass(SECOND);
        vonage.answers(guid, "{\"status\":null}");
        LookupResult changed = look(stepped, NO_CACHE);

        assertThat(stale.cacheStatus()).isEqualTo(LookupResult.CacheStatus.STALE);
        assertThat(cached.cacheStatus()).isEqualTo(LookupResult.CacheStatus.HIT);
        assertThat(cached.age()).isEqualTo(Duration.ofMillis(500));
        assertThat(changed.status().state()).isEqualTo(CallState.COMPLETED);
        assertThat(changed.status().revision()).isGreaterThan(before.revision());
        assertThat(changed.status().observed().at()).isEqualTo(before.observed().at());
        vonage.fails(guid, ScriptedReader.unreachable());
        time.pass(Duration.ofMinutes(6));
        assertThat(look(stepped, CacheDirectives.NONE).age()).isEqualTo(Duration.ofMinutes(6));
    }

    @Test
    void a_call_is_observed_when_vonage_is_asked_not_when_its_answer_is_processed() {
        vonage.answers(guid, after(Duration.ofSeconds(2), ACTIVE));
        UniAssertSubscriber<LookupResult> waiting = look();
        time.pass(Duration.ofSeconds(2));
        assertThat(waiting.assertCompleted().getItem().status().observed().at())
                .isEqualTo(vonage.readings(guid).get(0));
    }

    @Test
    void an_answer_does_not_replace_what_another_replica_asked_for_later() {
        LaterElsewhere elsewhere = new LaterElsewhere();
        CallsInVirtualTime.Replica replica =
                CallsInVirtualTime.replica(vonage, options, elsewhere, time, time, time, changes::add);
        Calls shared = replica.calls();
        vonage.answers(guid, ACTIVE);
        CallStatus first = look(shared, CacheDirectives.NONE).status();
        time.pass(SECOND);
        vonage.answers(guid, after(Duration.ofSeconds(2), ACTIVE));
        UniAssertSubscriber<LookupResult> slow =
                shared.lookUp(account, guid, NO_CACHE, "").subscribe().withSubscriber(UniAssertSubscriber.create());
        time.pass(SECOND);
        CallStatus ended = Enrichment.next(
                account.key().value(),
                account.country(),
                guid,
                ScriptedReader.detail("{\"status\":null}"),
                time.now(),
                Optional.of(first));
        elsewhere.known = Optional.of(Snapshot.of(ended));
        replica.changedElsewhere(new RemoteRevision(new CallKey(account.key(), guid), ended.revision()));
        time.pass(SECOND);

        assertThat(slow.assertCompleted().getItem().status()).isEqualTo(ended);
        assertThat(changes).extracting(CallChanged::now).containsExactly(first, ended);
    }

    /** Replicas of which another one reads a call while this one waits for its answer. */
    private static final class LaterElsewhere extends DelegatingCoordination {

        private Optional<Snapshot> known = Optional.empty();

        @Override
        public Uni<Update> sync(CallKey key, Snapshot here) {
            return Uni.createFrom().item(Update.of(known.orElse(here)));
        }
    }

    private LookupResult look(Calls some, CacheDirectives directives) {
        return some.lookUp(account, guid, directives, "")
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create())
                .assertCompleted()
                .getItem();
    }

    @Test
    void a_batch_reads_each_call_once_and_no_more_than_25_at_a_time() {
        List<CallGuid> guids = Stream.generate(CallsTest::guid).limit(60).toList();
        guids.forEach(each -> vonage.answers(each, after(SECOND, ACTIVE)));
        List<CallGuid> twice = Stream.concat(guids.stream(), guids.stream()).toList();

        AssertSubscriber<Batch.Outcome> rows =
                batch.lookUp(account, twice, "").subscribe().withSubscriber(AssertSubscriber.create(100));

        assertThat(vonage.readings()).hasSize(25);
        time.pass(SECOND);
        assertThat(vonage.readings()).hasSize(50);
        time.pass(Duration.ofSeconds(2));
        rows.assertCompleted();
        assertThat(rows.getItems()).hasSize(60).allMatch(row -> row.result().isPresent());
        assertThat(vonage.readings()).hasSize(60);
    }

    @Test
    void the_deadline_counts_for_the_whole_batch_and_known_calls_are_answered_stale() {
        CallGuid known = guid();
        vonage.answers(known, ACTIVE);
        calls.lookUp(account, known, CacheDirectives.NONE, "").subscribe().withSubscriber(UniAssertSubscriber.create());
        time.pass(Duration.ofMinutes(1));
        List<CallGuid> guids =
                new ArrayList<>(Stream.generate(CallsTest::guid).limit(60).toList());
        guids.add(known);
        guids.forEach(each -> vonage.answers(each, after(Duration.ofSeconds(4), ACTIVE)));
        vonage.readings().clear();

        AssertSubscriber<Batch.Outcome> rows =
                batch.lookUp(account, guids, "").subscribe().withSubscriber(AssertSubscriber.create(100));
        time.pass(Duration.ofSeconds(5));

        rows.assertCompleted();
        assertThat(rows.getItems())
                .hasSize(61)
                .filteredOn(row -> row.failure()
                        .filter(UpstreamFailure.DeadlinePassed.class::isInstance)
                        .isPresent())
                .hasSize(35);
        assertThat(rows.getItems())
                .filteredOn(row -> row.guid().equals(known))
                .allMatch(row -> row.result().orElseThrow().status().stale());
        // Those that were never begun were never sent.
        assertThat(vonage.readings()).hasSize(50);
    }

    @Test
    void a_batch_of_cached_calls_lets_others_go_first_after_each_tenth() {
        List<CallGuid> guids = Stream.generate(CallsTest::guid).limit(25).toList();
        guids.forEach(each -> vonage.answers(each, ACTIVE));
        batch.lookUp(account, guids, "").subscribe().withSubscriber(AssertSubscriber.create(100));

        AssertSubscriber<Batch.Outcome> rows =
                batch.lookUp(account, guids, "").subscribe().withSubscriber(AssertSubscriber.create(100));

        assertThat(rows.getItems()).hasSize(10);
        time.pass(Duration.ZERO);
        rows.assertCompleted();
        assertThat(rows.getItems()).hasSize(25);
    }

    @Test
    void what_a_batch_gave_up_is_read_for_others_all_the_same() {
        vonage.answers(guid, after(Duration.ofMillis(5_500), ACTIVE));
        AssertSubscriber<Batch.Outcome> rows =
                batch.lookUp(account, List.of(guid), "").subscribe().withSubscriber(AssertSubscriber.create(1));
        time.pass(Duration.ofSeconds(5));
        assertThat(rows.getItems().get(0).failure()).isPresent();
        time.pass(SECOND);
        assertThat(calls.known(account, guid)).isPresent();
    }

    @Test
    void a_call_that_cannot_be_read_of_what_others_keep_is_compared_once_and_delays_no_other() {
        Unreadable others = new Unreadable();
        CallsInVirtualTime.Replica replica =
                CallsInVirtualTime.replica(vonage, options, others, time, time, time, changes::add);
        Calls here = replica.calls();
        List<CallGuid> guids = Stream.generate(CallsTest::guid).limit(6).toList();
        guids.forEach(each -> {
            vonage.answers(each, ACTIVE);
            here.lookUp(account, each, CacheDirectives.NONE, "").subscribe().with(result -> {});
        });

        replica.reconnected();
        time.pass(Duration.ofMinutes(1));

        assertThat(others.compared).extracting(CallKey::guid).containsExactlyInAnyOrderElementsOf(guids);
        assertThat(guids).allMatch(each -> here.known(account, each).isPresent());
    }

    private java.util.function.Supplier<Uni<CallDetail>> after(Duration wait, String document) {
        return () -> time.of(wait).map(passed -> ScriptedReader.detail(document));
    }

    private UniAssertSubscriber<LookupResult> look() {
        return calls.lookUp(account, guid, CacheDirectives.NONE, "")
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create());
    }

    private static CallGuid guid() {
        return new CallGuid(UUID.randomUUID().toString());
    }

    /** What other replicas keep is of a release that this one cannot read. */
    private static final class Unreadable extends DelegatingCoordination {

        private final List<CallKey> compared = new ArrayList<>();

        @Override
        public SharedCalls shared() {
            return new SharedCalls() {
                @Override
                public Uni<Update> sync(CallKey key, Snapshot known) {
                    compared.add(key);
                    return Uni.createFrom().failure(new SharedUnavailable("cannot be read", false) {});
                }

                @Override
                public Uni<List<CallStatus>> history(CallKey key) {
                    return Unreadable.this.history(key);
                }

                @Override
                public Uni<List<CallPosition>> newest(AccountKey of, CallQuery query) {
                    return Unreadable.this.newest(of, query);
                }
            };
        }
    }
}
