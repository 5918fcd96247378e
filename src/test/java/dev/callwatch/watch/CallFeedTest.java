package dev.callwatch.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.Account;
import dev.callwatch.account.AccountKey;
import dev.callwatch.account.AnAccount;
import dev.callwatch.budget.Budget;
import dev.callwatch.budget.Budgets;
import dev.callwatch.budget.BudgetsInVirtualTime;
import dev.callwatch.call.CacheDirectives;
import dev.callwatch.call.CallChanged;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallPosition;
import dev.callwatch.call.CallQuery;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Calls;
import dev.callwatch.call.CallsInVirtualTime;
import dev.callwatch.call.Coordination;
import dev.callwatch.call.LocalCoordination;
import dev.callwatch.call.Snapshot;
import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.problem.ProblemType;
import dev.callwatch.time.VirtualTime;
import dev.callwatch.vonage.ScriptedReader;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CallFeedTest {

    private static final String ACTIVE = "{\"status\":\"Active\"}";
    private static final String RECORDED = "{\"status\":\"Active\",\"recordingStatus\":\"Started\"}";
    private static final String ENDED = "{\"status\":null}";
    private static final String DISPOSED = "{\"status\":null,\"dispositionCode\":\"Sale\"}";
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final VirtualTime time = new VirtualTime();
    private final ScriptedReader vonage = new ScriptedReader(time);
    private final List<Consumer<CallChanged>> observers = new ArrayList<>();
    private final Calls calls = CallsInVirtualTime.of(
            vonage,
            CallsInVirtualTime.options(Map.of()),
            time,
            change -> observers.forEach(observer -> observer.accept(change)));
    private final Budgets budgets = BudgetsInVirtualTime.of(time);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final CallPollers pollers = FeedInVirtualTime.pollers(calls, budgets, time, registry);
    private final CallFeed feed = new CallFeed(calls, pollers, time, time);
    private final List<Long> revisions = new ArrayList<>();
    private final Account account = AnAccount.usual();
    private final CallGuid guid = guid();

    CallFeedTest() {
        observers.add(pollers::changed);
        observers.add(change -> number(change.now().revision()));
    }

    @Test
    void the_first_reader_receives_the_current_status_and_then_what_follows() {
        vonage.answers(guid, ACTIVE);
        AssertSubscriber<Notification> reader = follow();
        assertThat(received(reader)).containsExactly("call.observed 1");
        vonage.answers(guid, RECORDED);
        time.pass(SECOND.multipliedBy(2));
        vonage.answers(guid, ENDED);
        time.pass(SECOND.multipliedBy(5));
        vonage.answers(guid, DISPOSED);
        time.pass(SECOND.multipliedBy(40));
        assertThat(received(reader))
                .containsExactly(
                        "call.observed 1",
                        "call.recording-changed 2",
                        "call.completed 3",
                        "call.disposition-set 4",
                        "settled");
        reader.assertCompleted();
        assertNothingRuns();
    }

    @Test
    void all_who_follow_a_call_get_the_same_events_so_that_each_is_written_once() {
        vonage.answers(guid, ACTIVE);
        AssertSubscriber<Notification> first = follow();
        AssertSubscriber<Notification> second = follow();
        vonage.answers(guid, RECORDED);
        time.pass(SECOND.multipliedBy(2));

        assertThat(seen(first)).hasSize(2);
        assertThat(seen(second))
                .usingElementComparator((one, other) -> one == other ? 0 : 1)
                .isEqualTo(seen(first));
    }

    @Test
    void polls_come_a_second_after_a_change_and_stretch_to_five_on_a_quiet_call() {
        vonage.answers(guid, ACTIVE);
        follow();
        time.pass(Duration.ofSeconds(20));
        assertThat(polls()).containsExactly(0L, 1L, 3L, 7L, 12L, 17L);
        vonage.answers(guid, RECORDED);
        time.pass(Duration.ofSeconds(6));
        assertThat(polls()).endsWith(22L, 23L, 25L);
    }

    @Test
    void after_the_end_a_disposition_is_asked_for_every_30_seconds_until_its_window_has_passed() {
        vonage.answers(guid, ENDED);
        AssertSubscriber<Notification> reader = follow();
        time.pass(Duration.ofSeconds(100));
        assertThat(polls()).containsExactly(0L, 1L, 31L, 61L, 91L);
        time.pass(Duration.ofMinutes(30));
        assertThat(received(reader)).containsExactly("call.observed 1", "settled");
        reader.assertCompleted();
        assertNothingRuns();
    }

    /** What the section on capacity in {@code k8s/README.md} counts with. */
    @Test
    void a_call_of_three_minutes_costs_some_45_requests() {
        Instant begin = time.instant();
        vonage.answers(guid, () -> {
            long second = Duration.between(begin, time.instant()).toSeconds();
            String document = second < 5 ? ACTIVE : second < 180 ? RECORDED : second < 240 ? ENDED : DISPOSED;
            return Uni.createFrom().item(ScriptedReader.detail(document));
        });
        follow();
        time.pass(Duration.ofMinutes(10));
        assertThat(vonage.readings(guid)).hasSizeBetween(42, 48);
        assertNothingRuns();
    }

    @Test
    void all_who_watch_a_call_share_one_loop() {
        vonage.answers(guid, ACTIVE);
        List<AssertSubscriber<Notification>> readers =
                Stream.generate(this::follow).limit(100).toList();
        time.pass(Duration.ofSeconds(3));
        assertThat(polls()).containsExactly(0L, 1L, 3L);
        assertThat(registry.get("callwatch.watched.calls").gauge().value()).isEqualTo(1);
        assertThat(readers).allSatisfy(reader -> assertThat(received(reader)).containsExactly("call.observed 1"));
    }

    @Test
    void a_reader_that_joins_after_a_change_and_before_the_first_poll_has_ended_receives_the_current_status() {
        vonage.answers(guid, ACTIVE);
        look();
        time.pass(SECOND.multipliedBy(2));
        vonage.answers(guid, () -> time.of(SECOND).map(passed -> ScriptedReader.detail(RECORDED)));
        AssertSubscriber<Notification> first = follow();
        pollers.changed(
                new CallChanged(account.key(), calls.known(account, guid).orElseThrow()));
        AssertSubscriber<Notification> second = follow();
        time.pass(SECOND);
        AssertSubscriber<Notification> third = follow();

        assertThat(received(first)).containsExactly("call.observed 2");
        assertThat(received(second)).containsExactly("call.observed 2");
        assertThat(received(third)).containsExactly("call.observed 2");
    }

    @Test
    void joining_while_the_last_leaves_always_gets_the_current_status() throws Exception {
        vonage.answers(guid, ACTIVE);
        look();
        ExecutorService others = Executors.newSingleThreadExecutor();
        try {
            for (int i = 0; i < 5_000; i++) {
                FeedBroadcast broadcast =
                        new FeedBroadcast(FeedState.of(ReplayBuffer.of(calls.history(account, guid))));
                AtomicReference<FeedBroadcast.Subscription> leaving = new AtomicReference<>();
                Multi.createFrom()
                        .<FeedState>emitter(emitter -> {
                            leaving.set(new FeedBroadcast.Subscription(emitter));
                            broadcast.join(leaving.get());
                        })
                        .subscribe()
                        .with(state -> {});
                broadcast.updateByReading(state -> state);
                Future<Boolean> closed = others.submit(() -> broadcast.leave(leaving.get()));
                AssertSubscriber<FeedState> joining = AssertSubscriber.create(1);
                AtomicReference<FeedBroadcast.Join> join = new AtomicReference<>();
                Multi.createFrom()
                        .<FeedState>emitter(
                                emitter -> join.set(broadcast.join(new FeedBroadcast.Subscription(emitter))))
                        .subscribe()
                        .withSubscriber(joining);
                boolean refused = join.get() == FeedBroadcast.Join.REFUSED;
                assertThat(closed.get()).isEqualTo(refused);
                assertThat(joining.getItems()).hasSize(refused ? 0 : 1);
            }
        } finally {
            others.shutdownNow();
        }
    }

    @Test
    void a_poll_that_fails_by_a_defect_is_made_again() {
        vonage.answers(guid, ACTIVE);
        AssertSubscriber<Notification> reader = follow();
        vonage.answers(guid, () -> Uni.createFrom().failure(new IllegalStateException("a defect")));
        time.pass(SECOND);
        vonage.answers(guid, RECORDED);
        time.pass(SECOND.multipliedBy(5));
        assertThat(received(reader)).containsExactly("call.observed 1", "call.recording-changed 2");
    }

    @Test
    void a_call_that_the_cache_evicts_while_it_is_followed_keeps_its_revisions() {
        Calls small = withSmallCache();
        CallPollers own = pollersOf(small);
        observers.clear();
        observers.add(own::changed);
        observers.add(change -> {
            if (change.now().id().equals(guid.value())) {
                number(change.now().revision());
            }
        });
        vonage.answers(guid, ACTIVE);
        AssertSubscriber<Notification> reader = follow(new CallFeed(small, own, time, time), OptionalLong.empty());
        for (int i = 0; i < 2_000; i++) {
            CallGuid other = guid();
            vonage.answers(other, ENDED);
            small.lookUp(account, other, CacheDirectives.NONE, "")
                    .subscribe()
                    .withSubscriber(UniAssertSubscriber.create())
                    .assertCompleted();
        }
        assertThat(small.known(account, guid)).isEmpty();
        time.pass(SECOND.multipliedBy(10));
        vonage.answers(guid, DISPOSED);
        time.pass(SECOND.multipliedBy(5));

        assertThat(received(reader)).containsExactly("call.observed 1", "call.completed 2", "settled");
        assertThat(seen(reader).get(1).previous()).contains(revision(1));
        AssertSubscriber<Notification> late = follow(new CallFeed(small, own, time, time), OptionalLong.empty());
        assertThat(received(late)).containsExactly("call.observed 2", "settled");
    }

    @Test
    void a_reader_who_comes_back_without_naming_a_revision_of_a_call_gets_it_read_again() {
        vonage.answers(guid, ACTIVE);
        AssertSubscriber<Notification> first = follow();
        first.cancel();
        vonage.answers(guid, RECORDED);
        AssertSubscriber<Notification> back = follow(0);
        time.pass(SECOND);
        assertThat(received(back)).containsExactly("call.observed 2");
        assertThat(seen(back).get(0).call().vonage()).isEqualTo(RECORDED);
    }

    @Test
    void a_call_of_which_nothing_more_is_to_come_is_not_read_again_for_who_comes_back() {
        vonage.answers(guid, DISPOSED);
        follow();
        assertThat(received(follow(0))).containsExactly("call.observed 1", "settled");
        assertThat(vonage.readings(guid)).hasSize(1);
    }

    @Test
    void events_of_a_followed_call_are_kept_no_longer_than_the_cache_keeps_them() {
        Calls small = withSmallCache();
        CallPollers own = pollersOf(small);
        observers.clear();
        observers.add(own::changed);
        vonage.answers(guid, ACTIVE);
        AssertSubscriber<FeedState> states =
                own.states(account, guid).subscribe().withSubscriber(AssertSubscriber.create(Long.MAX_VALUE));
        for (int i = 0; i < 5; i++) {
            vonage.answers(guid, i % 2 == 0 ? RECORDED : ACTIVE);
            time.pass(SECOND.multipliedBy(2));
        }
        assertThat(states.getLastItem().buffer().events()).hasSize(6);

        for (int i = 0; i < 2_000; i++) {
            CallGuid other = guid();
            vonage.answers(other, ENDED);
            small.lookUp(account, other, CacheDirectives.NONE, "")
                    .subscribe()
                    .withSubscriber(UniAssertSubscriber.create())
                    .assertCompleted();
        }
        time.pass(SECOND.multipliedBy(10));
        vonage.answers(guid, ENDED);
        time.pass(SECOND.multipliedBy(5));

        assertThat(states.getLastItem().buffer().events()).hasSize(2);
        assertThat(small.history(account, guid)).hasSize(2);
    }

    @Test
    void the_loop_ends_with_the_last_who_leaves() {
        vonage.answers(guid, ACTIVE);
        AssertSubscriber<Notification> one = follow();
        AssertSubscriber<Notification> other = follow();
        one.cancel();
        time.pass(Duration.ofSeconds(3));
        assertThat(polls()).hasSize(3);
        other.cancel();
        assertNothingRuns();
        time.pass(Duration.ofMinutes(1));
        assertThat(polls()).hasSize(3);
    }

    @Test
    void who_comes_while_the_last_leaves_begins_anew() {
        vonage.answers(guid, ACTIVE);
        follow().cancel();
        AssertSubscriber<Notification> reader = follow();
        assertThat(received(reader)).containsExactly("call.observed 1");
        time.pass(Duration.ofSeconds(10));
        assertThat(polls()).containsExactly(0L, 2L, 6L);
    }

    @Test
    void a_call_just_created_may_be_unknown_for_five_seconds() {
        AssertSubscriber<Notification> reader = follow();
        time.pass(Duration.ofSeconds(3));
        assertThat(received(reader)).isEmpty();
        vonage.answers(guid, ACTIVE);
        time.pass(SECOND);
        assertThat(received(reader)).containsExactly("call.observed 1");
    }

    @Test
    void a_call_that_stays_unknown_is_reported_so_and_settled() {
        AssertSubscriber<Notification> reader = follow();
        time.pass(Duration.ofSeconds(6));
        assertThat(received(reader)).containsExactly("call-not-found", "settled");
        reader.assertCompleted();
        assertThat(polls()).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
        assertNothingRuns();
    }

    @Test
    void a_call_that_vonage_no_longer_knows_is_lost() {
        vonage.answers(guid, ENDED);
        AssertSubscriber<Notification> reader = follow();
        vonage.fails(guid, new UpstreamFailure.CallNotFound());
        time.pass(Duration.ofSeconds(40));
        assertThat(received(reader)).containsExactly("call.observed 1", "call.lost 1", "settled");
        assertThat(seen(reader).get(1).call().stale()).isTrue();
    }

    @Test
    void a_failure_is_reported_once_and_its_end_too() {
        vonage.answers(guid, ACTIVE);
        AssertSubscriber<Notification> reader = follow();
        vonage.fails(guid, ScriptedReader.unreachable());
        time.pass(Duration.ofSeconds(20));
        vonage.answers(guid, ACTIVE);
        time.pass(Duration.ofSeconds(6));
        assertThat(received(reader)).containsExactly("call.observed 1", "upstream-unreachable", "call.observed 1");
        // A second, then every five.
        assertThat(polls()).containsExactly(0L, 1L, 6L, 11L, 16L, 21L, 26L);
    }

    /** The reader may have the status with later times from elsewhere. */
    @Test
    void what_is_sent_again_after_a_failure_has_the_times_of_the_last_reading() {
        vonage.answers(guid, "{\"status\":\"Active\"}");
        AssertSubscriber<Notification> reader = follow();
        time.pass(SECOND.multipliedBy(30));
        vonage.fails(guid, ScriptedReader.unreachable());
        time.pass(SECOND.multipliedBy(10));
        vonage.answers(guid, "{\"status\":\"Active\"}");
        time.pass(SECOND.multipliedBy(10));
        List<CallEvent> events = seen(reader);
        assertThat(events).hasSize(2);
        assertThat(events.get(1).call().revision())
                .isEqualTo(events.get(0).call().revision());
        assertThat(events.get(1).call().observed().at())
                .isAfter(events.get(0).call().observed().at().plusSeconds(30));
    }

    @Test
    void a_call_that_is_read_at_last_is_sent_once_and_not_as_stale() {
        vonage.fails(guid, ScriptedReader.unreachable());
        AssertSubscriber<Notification> reader = follow();
        vonage.answers(guid, ACTIVE);
        time.pass(Duration.ofSeconds(6));
        assertThat(received(reader)).containsExactly("upstream-unreachable", "call.observed 1");
        assertThat(seen(reader).get(0).call().stale()).isFalse();
    }

    @Test
    void a_known_call_is_sent_as_stale_where_vonage_cannot_be_read() {
        vonage.answers(guid, ACTIVE);
        look();
        time.pass(Duration.ofHours(1));
        vonage.fails(guid, ScriptedReader.unreachable());
        AssertSubscriber<Notification> reader = follow();
        assertThat(received(reader)).containsExactly("call.observed 1", "upstream-unreachable");
        assertThat(seen(reader).get(0).call().stale()).isTrue();
    }

    @Test
    void vonage_gets_no_request_for_as_long_as_it_asks() {
        vonage.fails(guid, ScriptedReader.throttled(Duration.ofSeconds(20)));
        follow();
        time.pass(Duration.ofSeconds(30));
        assertThat(polls()).containsExactly(0L, 20L);
    }

    @Test
    void what_a_look_up_finds_is_sent_at_once_and_saves_the_poll() {
        vonage.answers(guid, ACTIVE);
        AssertSubscriber<Notification> reader = follow();
        time.pass(Duration.ofSeconds(8));
        vonage.answers(guid, RECORDED);
        look();
        assertThat(received(reader)).containsExactly("call.observed 1", "call.recording-changed 2");
        assertThat(polls()).endsWith(7L, 8L);
    }

    @Test
    void a_stream_ends_as_soon_as_a_look_up_finds_the_disposition() {
        vonage.answers(guid, ENDED);
        AssertSubscriber<Notification> reader = follow();
        time.pass(SECOND.multipliedBy(2));
        vonage.answers(guid, DISPOSED);
        look();
        assertThat(received(reader)).containsExactly("call.observed 1", "call.disposition-set 2", "settled");
        reader.assertCompleted();
        assertNothingRuns();
    }

    @Test
    void a_reader_that_resumes_receives_what_it_missed_and_nothing_twice() {
        vonage.answers(guid, ACTIVE);
        AssertSubscriber<Notification> first = follow();
        first.cancel();
        change(RECORDED, ACTIVE, RECORDED);
        assertThat(received(follow(revision(2))))
                .containsExactly("call.recording-changed 3", "call.recording-changed 4");
        assertThat(received(follow(revision(4)))).isEmpty();
    }

    @Test
    void a_reader_that_resumes_with_an_unknown_revision_receives_the_current_status() {
        vonage.answers(guid, ACTIVE);
        follow();
        AssertSubscriber<Notification> back = follow(7);
        time.pass(SECOND);
        assertThat(received(back)).containsExactly("call.observed 1");
    }

    @Test
    void a_reader_that_resumes_at_another_replica_receives_what_it_missed_and_nothing_twice() {
        List<CallStatus> shared = new ArrayList<>();
        observers.add(change -> shared.add(change.now()));
        vonage.answers(guid, ACTIVE);
        look();
        change(RECORDED, ACTIVE, ENDED);
        CallFeed elsewhere = elsewhere(shared);
        AssertSubscriber<Notification> first = follow(elsewhere, OptionalLong.empty());
        AssertSubscriber<Notification> back = follow(elsewhere, OptionalLong.of(revision(2)));
        assertThat(received(first)).containsExactly("call.observed 4");
        assertThat(received(back)).containsExactly("call.recording-changed 3", "call.completed 4");
        time.pass(Duration.ofMinutes(1));
        assertThat(received(back)).hasSize(2);
    }

    @Test
    void a_reader_that_comes_back_to_a_replica_that_lags_behind_sees_no_revision_again() {
        List<CallStatus> shared = new ArrayList<>();
        observers.add(change -> shared.add(change.now()));
        vonage.answers(guid, ACTIVE);
        look();
        change(RECORDED);
        CallFeed elsewhere = elsewhere(shared);
        AssertSubscriber<Notification> first = follow(elsewhere, OptionalLong.of(revision(1)));
        assertThat(received(first)).containsExactly("call.recording-changed 2");
        change(ACTIVE, RECORDED);
        AssertSubscriber<Notification> back = follow(elsewhere, OptionalLong.of(revision(3)));
        assertThat(received(back)).containsExactly("call.recording-changed 4");
        assertThat(received(first)).endsWith("call.recording-changed 4");
    }

    private static final class Shared implements Coordination {

        private final LocalCoordination local = new LocalCoordination();
        private final List<CallStatus> revisions;

        /** @param revisions what all replicas know, which may grow */
        private Shared(List<CallStatus> revisions) {
            this.revisions = revisions;
        }

        @Override
        public Uni<LeaseResult> acquire(CallKey key, Snapshot known) {
            return known.revision() < last().revision()
                    ? Uni.createFrom().item(since(known))
                    : local.acquire(key, known);
        }

        @Override
        public Uni<Update> sync(CallKey key, Snapshot known) {
            return Uni.createFrom().item(since(known));
        }

        @Override
        public Uni<List<CallStatus>> history(CallKey key) {
            return Uni.createFrom().item(List.copyOf(revisions));
        }

        @Override
        public Uni<List<CallPosition>> newest(AccountKey account, CallQuery query) {
            return Uni.createFrom().item(List.of());
        }

        private Update since(Snapshot known) {
            return new Update(
                    last(),
                    revisions.stream()
                            .filter(status -> status.revision() > known.revision())
                            .toList());
        }

        private Snapshot last() {
            return Snapshot.of(revisions.get(revisions.size() - 1));
        }
    }

    /** The feed of another replica, which shares what this one has read. */
    private CallFeed elsewhere(List<CallStatus> shared) {
        List<Consumer<CallChanged>> there = new ArrayList<>();
        Calls calls = CallsInVirtualTime.of(
                vonage,
                CallsInVirtualTime.options(Map.of()),
                new Shared(shared),
                time,
                change -> there.forEach(observer -> observer.accept(change)));
        CallPollers pollers = FeedInVirtualTime.pollers(calls, budgets, time, new SimpleMeterRegistry());
        there.add(pollers::changed);
        return new CallFeed(calls, pollers, time, time);
    }

    @Test
    void thirty_two_events_are_kept() {
        vonage.answers(guid, ACTIVE);
        follow();
        for (int i = 0; i < 20; i++) {
            change(RECORDED, ACTIVE);
        }
        assertThat(received(follow(revision(9)))).hasSize(32).startsWith("call.recording-changed 10");
        AssertSubscriber<Notification> tooLate = follow(revision(8));
        time.pass(SECOND);
        assertThat(received(tooLate)).containsExactly("call.observed 41");
    }

    @Test
    void a_slow_reader_misses_nothing_that_is_kept() {
        vonage.answers(guid, ACTIVE);
        AssertSubscriber<Notification> slow = feed.follow(account, guid, OptionalLong.empty(), "")
                .subscribe()
                .withSubscriber(AssertSubscriber.create(1));
        AssertSubscriber<Notification> quick = follow();
        change(RECORDED, ACTIVE, RECORDED);
        assertThat(received(slow)).containsExactly("call.observed 1");
        assertThat(received(quick)).hasSize(4);
        slow.request(10);
        assertThat(received(slow)).endsWith("call.recording-changed 4");
    }

    @Test
    void a_hundred_calls_share_the_budget_round_robin_and_leave_look_ups_their_share() {
        List<CallGuid> guids = Stream.generate(CallFeedTest::guid).limit(100).toList();
        Budget budget = budgets.of(account);
        guids.forEach(each -> vonage.answers(
                each,
                () -> budget.withPermit(
                        "",
                        each.value(),
                        time.instant().plusSeconds(5),
                        permit -> Uni.createFrom().item(ScriptedReader.detail(ACTIVE)))));
        guids.forEach(each -> feed.follow(account, each, OptionalLong.empty(), "")
                .subscribe()
                .withSubscriber(AssertSubscriber.create(100)));
        time.pass(Duration.ofMinutes(2));
        vonage.readings().clear();
        time.pass(Duration.ofMinutes(10));
        assertThat(vonage.readings()).hasSizeBetween(1_550, 1_650);
        assertThat(guids.stream().map(each -> vonage.readings(each).size()))
                .allMatch(polls -> polls >= 15 && polls <= 17);
        budget.withPermit(
                        "",
                        "",
                        time.instant().plusMillis(1),
                        permit -> Uni.createFrom().item(permit))
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create())
                .assertCompleted();
    }

    @Test
    void at_the_end_of_the_process_readers_are_let_go_and_none_begins() {
        vonage.answers(guid, ACTIVE);
        AssertSubscriber<Notification> reader = follow();
        pollers.close(null);
        reader.assertCompleted();
        assertThat(received(reader)).doesNotContain("settled");
        follow().assertCompleted();
        assertNothingRuns();
    }

    private Calls withSmallCache() {
        return CallsInVirtualTime.of(
                vonage,
                CallsInVirtualTime.options(Map.of("callwatch.lookup.memory", "1M")),
                time,
                change -> observers.forEach(observer -> observer.accept(change)));
    }

    private CallPollers pollersOf(Calls other) {
        return FeedInVirtualTime.pollers(other, budgets, time, registry);
    }

    private void change(String... documents) {
        for (String document : documents) {
            vonage.answers(guid, document);
            time.pass(SECOND);
            look();
        }
    }

    private void look() {
        calls.lookUp(account, guid, new CacheDirectives(Optional.of(Duration.ZERO), false), "")
                .subscribe()
                .with(result -> {}, failure -> {});
    }

    private void assertNothingRuns() {
        assertThat(time.pending()).isZero();
        assertThat(registry.get("callwatch.watched.calls").gauge().value()).isZero();
    }

    private AssertSubscriber<Notification> follow() {
        return follow(feed, OptionalLong.empty());
    }

    private AssertSubscriber<Notification> follow(long revision) {
        return follow(feed, OptionalLong.of(revision));
    }

    private AssertSubscriber<Notification> follow(CallFeed some, OptionalLong revision) {
        return some.follow(account, guid, revision, "caller")
                .subscribe()
                .withSubscriber(AssertSubscriber.create(Long.MAX_VALUE));
    }

    private List<Long> polls() {
        Instant begin = vonage.readings(guid).get(0);
        return vonage.readings(guid).stream()
                .map(at -> Duration.between(begin, at).toSeconds())
                .toList();
    }

    private static List<CallEvent> seen(AssertSubscriber<Notification> reader) {
        return reader.getItems().stream()
                .filter(Notification.Changed.class::isInstance)
                .map(notification -> ((Notification.Changed) notification).event())
                .toList();
    }

    /** Types of events with the number of their revision, from 1 in the order of the revisions; problems; {@code settled}. */
    private List<String> received(AssertSubscriber<Notification> reader) {
        return reader.getItems().stream().map(this::text).toList();
    }

    private String text(Notification notification) {
        if (notification instanceof Notification.Changed seen) {
            return seen.event().type().wireName() + " "
                    + number(seen.event().call().revision());
        }
        if (notification instanceof Notification.Failed troubled) {
            ProblemType type = troubled.reason().type();
            return type.code();
        }
        return "settled";
    }

    /** The number of a revision, from 1 in the order in which they were published. */
    private int number(long revision) {
        if (!revisions.contains(revision)) {
            assertThat(revisions).allMatch(known -> known < revision);
            revisions.add(revision);
        }
        return revisions.indexOf(revision) + 1;
    }

    private long revision(int number) {
        return revisions.get(number - 1);
    }

    private static CallGuid guid() {
        return new CallGuid(UUID.randomUUID().toString());
    }
}
