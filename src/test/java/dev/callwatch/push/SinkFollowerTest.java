package dev.callwatch.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.Account;
import dev.callwatch.account.AccountKey;
import dev.callwatch.account.AnAccount;
import dev.callwatch.call.CacheDirectives;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallPosition;
import dev.callwatch.call.CallQuery;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Coordination;
import dev.callwatch.call.LocalCoordination;
import dev.callwatch.call.RevisionLog;
import dev.callwatch.call.SharedCalls;
import dev.callwatch.call.SharedUnavailable;
import dev.callwatch.call.Snapshot;
import dev.callwatch.time.VirtualTime;
import dev.callwatch.vonage.ScriptedReader;
import dev.callwatch.watch.EventType;
import dev.callwatch.watch.FeedInVirtualTime;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** All calls of an account on their way to one sink, on the feeds as they are wired in production. */
class SinkFollowerTest {

    private static final String ACTIVE = "{\"status\":\"Active\"}";
    private static final String RECORDED = "{\"status\":\"Active\",\"recordingStatus\":\"Started\"}";
    private static final String ENDED = "{\"status\":null}";
    private static final String DISPOSED = "{\"status\":null,\"dispositionCode\":\"Sale\"}";
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final long PLENTY = 1 << 20;
    private static final String ID = "follow:crm:a";

    private final VirtualTime time = new VirtualTime();
    private final ScriptedReader vonage = new ScriptedReader(time);
    private final ScriptedSink sink = new ScriptedSink(time);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final PushMetrics metrics = new PushMetrics(registry);
    private final PushMemory memory = new PushMemory(PLENTY);
    private final Account account = AnAccount.usual();
    private final CallGuid guid = guid();
    private final List<Log> logs = new ArrayList<>();
    private final OtherReplica other = new OtherReplica();
    private final FeedInVirtualTime.Feeds feeds = FeedInVirtualTime.all(vonage, other, time, real -> {
        logs.add(new Log(real));
        return logs.get(0);
    });
    private final AtomicReference<RunLease> lease = new AtomicReference<>();
    private final List<SinkFollower> taken = new ArrayList<>();
    private final SinkQueues queues = QueuesInVirtualTime.to(sink, time, metrics);

    @Test
    void every_call_that_anybody_looks_up_is_pushed_in_order_without_a_subscription() {
        CallGuid other = guid();
        follow(new SharedStore(), EventTypes.ALL, false);
        lookUp(guid, ACTIVE);
        lookUp(other, DISPOSED);
        lookUp(guid, ENDED);
        lookUp(guid, DISPOSED);
        assertThat(pushed(guid)).containsExactly("call.observed", "call.completed", "call.disposition-set");
        assertThat(pushed(other)).containsExactly("call.observed");
        List<PushEvent> events = of(guid);
        assertThat(events.get(0).source()).isEqualTo("https://callwatch.example/v1/accounts/a/calls/" + guid);
        assertThat(events.get(1).data()).isEqualTo(sequence(events.get(0)) + " masked");
        assertThat(events.get(2).data()).isEqualTo(sequence(events.get(1)) + " masked");
    }

    @Test
    void what_happened_more_than_ten_minutes_before_it_began_is_not_pushed() {
        lookUp(guid, ACTIVE);
        time.pass(Duration.ofMinutes(11));
        CallGuid other = guid();
        lookUp(other, ACTIVE);
        follow(new SharedStore(), EventTypes.ALL, false);
        assertThat(pushed(guid)).isEmpty();
        // A moment ago is now: a position may be lost together with its store.
        assertThat(pushed(other)).containsExactly("call.observed");
        lookUp(guid, ENDED);
        assertThat(pushed(guid)).containsExactly("call.completed");
    }

    /** Redis and the replica that ran it: what another one knows of the history may be older than what the sink has. */
    @Test
    void what_follows_after_all_was_lost_is_later_than_what_the_sink_has() {
        follow(new SharedStore(), EventTypes.ALL, false).suspend();
        lookUp(guid, ACTIVE);
        lookUp(guid, RECORDED);
        Instant lost = time.now();
        time.pass(Duration.ofSeconds(5));
        follow(new SharedStore(), EventTypes.ALL, false);
        assertThat(of(guid)).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo("dev.callwatch.call.observed");
            assertThat(Instant.ofEpochMilli(event.sequence().getAsLong())).isAfter(lost);
        });
        lookUp(guid, ENDED);
        assertThat(pushed(guid)).containsExactly("call.observed", "call.completed");
        assertThat(of(guid).get(1).data()).isEqualTo(sequence(of(guid).get(0)) + " masked");
    }

    @Test
    void what_the_store_lost_after_others_may_have_run_it_is_begun_anew() {
        SharedStore store = new SharedStore();
        lease.set(new RunLease(store, time));
        lease.get().extend(time.instant().plus(SubscriptionStore.LEASE));
        follow(store, EventTypes.ALL, false);
        lookUp(guid, ACTIVE);
        time.pass(Duration.ofSeconds(10));
        store.clear();
        lookUp(guid, RECORDED);
        assertThat(pushed(guid)).containsExactly("call.observed");
        assertThat(taken).hasSize(1);
        assertThat(store.followed()).isEqualTo(StoredFollow.NOTHING);
        Instant now = time.now();
        time.pass(Duration.ofSeconds(5));
        follow(store.onAnotherReplica(), EventTypes.ALL, false);
        assertThat(pushed(guid)).containsExactly("call.observed", "call.observed");
        assertThat(Instant.ofEpochMilli(sequence(of(guid).get(1)))).isAfter(now);
    }

    @Test
    void of_many_calls_those_that_changed_first_are_not_read_again() {
        List<CallGuid> all = Stream.generate(SinkFollowerTest::guid).limit(120).toList();
        all.forEach(each -> lookUp(each, ACTIVE));
        time.pass(Duration.ofSeconds(5));
        Instant begun = time.now();
        int before = vonage.readings().size();
        follow(new SharedStore(), EventTypes.ALL, false);
        time.pass(Duration.ofSeconds(1));
        assertThat(vonage.readings()).hasSize(before + 100);
        assertThat(all)
                .allSatisfy(each -> assertThat(of(each))
                        .singleElement()
                        .satisfies(event -> assertThat(Instant.ofEpochMilli(sequence(event)))
                                .isAfter(begun)));
    }

    /** What is known may be older than what the sink has: only its revision may not. */
    @Test
    void a_call_that_cannot_be_read_again_is_pushed_as_it_is_known_under_a_later_revision() {
        lookUp(guid, ENDED);
        vonage.fails(guid, ScriptedReader.unreachable());
        time.pass(Duration.ofSeconds(5));
        Instant begun = time.now();
        follow(new SharedStore(), EventTypes.ALL, false);
        assertThat(pushed(guid)).isEmpty();
        time.pass(Duration.ofSeconds(15));
        assertThat(of(guid)).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo("dev.callwatch.call.observed");
            assertThat(Instant.ofEpochMilli(sequence(event))).isAfter(begun);
        });
        time.pass(Duration.ofMinutes(1));
        assertThat(of(guid)).hasSize(1);
    }

    @Test
    void what_cannot_be_read_of_one_call_does_not_hold_the_others_back() {
        lookUp(guid, ACTIVE);
        follow(new SharedStore(), EventTypes.ALL, false);
        logs.get(0).skips(1);
        other.isUnreadable(true);
        lookUp(guid, RECORDED);
        lookUp(guid, ENDED);
        CallGuid another = guid();
        lookUp(another, ACTIVE);
        assertThat(pushed(guid)).contains("call.completed");
        assertThat(pushed(another)).containsExactly("call.observed");
    }

    @Test
    void the_sink_gets_the_types_and_numbers_that_its_settings_say() {
        follow(new SharedStore(), new EventTypes(Set.of(EventType.COMPLETED)), true);
        lookUp(guid, ACTIVE);
        lookUp(guid, RECORDED);
        lookUp(guid, DISPOSED);
        assertThat(pushed(guid)).containsExactly("call.completed");
        assertThat(of(guid).get(0).data()).endsWith("full");
    }

    @Test
    void another_replica_goes_on_where_the_first_was_lost() {
        SharedStore store = new SharedStore();
        follow(store, EventTypes.ALL, false);
        lookUp(guid, ACTIVE);
        sink.answers(ScriptedSink.SILENT);
        lookUp(guid, RECORDED);
        store.lose();
        lookUp(guid, ENDED);
        assertThat(taken).hasSize(1);
        sink.answers(ScriptedSink.OK);
        assertThat(store.followed().events()).hasSize(1);
        follow(store.onAnotherReplica(), EventTypes.ALL, false);
        lookUp(guid, DISPOSED);
        assertThat(pushed(guid))
                .containsExactly("call.observed", "call.recording-changed", "call.completed", "call.disposition-set");
        assertThat(store.followed().events()).isEmpty();
        assertThat(store.followed().calls()).containsKey(guid);
        assertThat(gaps()).isZero();
    }

    @Test
    void an_event_is_kept_before_it_is_delivered() {
        SharedStore store = new SharedStore();
        follow(store, EventTypes.ALL, false);
        store.isAway(true);
        lookUp(guid, ACTIVE);
        time.pass(SOON);
        assertThat(sink.accepted()).isEmpty();
        store.isAway(false);
        time.pass(SOON);
        assertThat(pushed(guid)).containsExactly("call.observed");
    }

    @Test
    void what_the_store_lost_is_written_again() {
        SharedStore store = new SharedStore();
        SinkFollower follower = follow(store, EventTypes.ALL, false);
        lookUp(guid, ACTIVE);
        store.clear();
        follower.run().check().await().indefinitely();
        assertThat(store.followed().position()).isPresent();
        assertThat(store.followed().calls()).containsKey(guid);
    }

    @Test
    void a_gap_in_the_feed_is_counted_and_filled_from_what_is_remembered() {
        CallGuid other = guid();
        CallGuid before = guid();
        lookUp(before, DISPOSED);
        time.pass(Duration.ofMinutes(11));
        follow(new SharedStore(), EventTypes.ALL, false);
        lookUp(guid, ACTIVE);
        logs.get(0).hides(true);
        lookUp(guid, RECORDED);
        lookUp(guid, ENDED);
        lookUp(other, ACTIVE);
        assertThat(sink.accepted()).hasSize(1);
        logs.get(0).gap();
        logs.get(0).hides(false);
        time.pass(SOON);
        assertThat(gaps()).isOne();
        assertThat(pushed(guid)).containsExactly("call.observed", "call.recording-changed", "call.completed");
        assertThat(pushed(other)).containsExactly("call.observed");
        assertThat(pushed(before)).isEmpty();
        lookUp(guid, DISPOSED);
        assertThat(pushed(guid)).endsWith("call.disposition-set").hasSize(4);
    }

    @Test
    void a_gap_is_filled_from_what_other_replicas_keep_once_that_can_be_read() {
        follow(new SharedStore(), EventTypes.ALL, false);
        lookUp(guid, ACTIVE);
        other.isAway(true);
        FeedInVirtualTime.Feeds elsewhere = FeedInVirtualTime.all(vonage, time, log -> log);
        CallGuid call = guid();
        other.keeps(account, lookUp(elsewhere, call, ACTIVE));
        other.keeps(account, lookUp(elsewhere, call, ENDED));
        logs.get(0).gap();
        time.pass(SOON);
        assertThat(gaps()).isOne();
        assertThat(pushed(call)).isEmpty();
        other.isAway(false);
        time.pass(SOON);
        assertThat(pushed(call)).containsExactly("call.observed", "call.completed");
    }

    @Test
    void revisions_that_the_feed_did_not_have_are_waited_for_until_they_can_be_read() {
        follow(new SharedStore(), EventTypes.ALL, false);
        lookUp(guid, ACTIVE);
        logs.get(0).hides(true);
        lookUp(guid, RECORDED);
        lookUp(guid, ENDED);
        logs.get(0).skips(1);
        other.isAway(true);
        logs.get(0).hides(false);
        time.pass(SOON);
        assertThat(pushed(guid)).containsExactly("call.observed");
        other.isAway(false);
        time.pass(SOON);
        assertThat(pushed(guid)).containsExactly("call.observed", "call.recording-changed", "call.completed");
    }

    @Test
    void a_revision_that_comes_late_or_twice_in_the_feed_is_pushed_in_its_order_and_once() {
        follow(new SharedStore(), EventTypes.ALL, false);
        lookUp(guid, ACTIVE);
        logs.get(0).hides(true);
        lookUp(guid, RECORDED);
        lookUp(guid, ENDED);
        logs.get(0).reverses();
        logs.get(0).hides(false);
        time.pass(SOON);
        assertThat(pushed(guid)).containsExactly("call.observed", "call.recording-changed", "call.completed");
        assertThat(sink.ids()).doesNotHaveDuplicates();
    }

    @Test
    void a_sink_that_hangs_holds_the_feed_back_and_loses_nothing() {
        sink.holds();
        SinkFollower follower = follow(new SharedStore(), EventTypes.ALL, false);
        int calls = SinkFollower.MOST_PENDING + 50;
        List<CallGuid> guids = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            guids.add(guid());
            lookUp(guids.get(i), DISPOSED);
        }
        assertThat(follower.pending()).isEqualTo(SinkFollower.MOST_PENDING);
        while (sink.waiting() > 0) {
            sink.release(ScriptedSink.OK);
        }
        assertThat(gaps()).isZero();
        assertThat(sink.requests()).hasSize(calls);
        assertThat(follower.pending()).isZero();
    }

    @Test
    void one_event_that_the_sink_never_accepts_holds_back_its_call_alone() {
        follow(new SharedStore(), EventTypes.ALL, false);
        sink.answers(event -> event.subject().equals(guid.value()) ? ScriptedSink.refused(400) : ScriptedSink.OK);
        lookUp(guid, ACTIVE);
        CallGuid other = guid();
        lookUp(other, ACTIVE);
        lookUp(other, DISPOSED);
        time.pass(SOON);
        assertThat(pushed(other)).containsExactly("call.observed", "call.completed");
        time.pass(Duration.ofHours(25));
        assertThat(registry.counter("callwatch.push.undelivered").count()).isEqualTo(1);
    }

    @Test
    void a_sink_that_wants_no_more_gets_no_more_until_it_is_run_anew() {
        SharedStore store = new SharedStore();
        SinkFollower follower = follow(store, EventTypes.ALL, false);
        sink.answers(ScriptedSink.GONE);
        lookUp(guid, ACTIVE);
        lookUp(guid, ENDED);
        time.pass(Duration.ofHours(1));
        assertThat(sink.requests()).hasSize(1);
        assertThat(follower.isStopped()).isTrue();
        sink.answers(ScriptedSink.OK);
        follow(store.onAnotherReplica(), EventTypes.ALL, false);
        assertThat(pushed(guid)).containsExactly("call.observed", "call.completed");
    }

    @Test
    void nothing_is_left_once_another_replica_runs_it() {
        SharedStore store = new SharedStore();
        SinkFollower follower = follow(store, EventTypes.ALL, false);
        sink.answers(ScriptedSink.SILENT);
        lookUp(guid, DISPOSED);
        follower.suspend();
        time.pass(Duration.ofMinutes(10));
        assertThat(time.pending()).isZero();
        assertThat(memory.reserve((int) PLENTY)).isTrue();
    }

    private SinkFollower follow(SharedStore store, EventTypes types, boolean numbers) {
        lease.compareAndSet(null, new RunLease(store, time));
        store.acquire(ID, Run.FIRST, FollowCodec.encode(StoredFollow.NOTHING))
                .subscribe()
                .with(acquired -> {});
        Sink usual = ASink.usual();
        Sink following = new Sink(
                usual.name(),
                URI.create("https://sink.example/"),
                ContentMode.STRUCTURED,
                SinkSecrets.NONE,
                Optional.empty(),
                List.of(),
                Set.of(),
                Map.of(),
                Optional.of(new Sink.Follow(types, numbers)),
                OptionalInt.empty(),
                address -> true);
        PushEvents events = new PushEvents(
                "https://callwatch.example",
                (event, full) -> event.previous().map(String::valueOf).orElse("none") + (full ? " full" : " masked"));
        SinkFollower follower = new SinkFollower(
                ID,
                Run.FIRST,
                account,
                following,
                store.followed(),
                new SinkFollower.Dependencies(
                        new OwnedRuns(queues, memory, store, lease.get(), time, time, time),
                        feeds.ofAccounts(),
                        feeds.ofCalls(),
                        feeds.directory(),
                        events,
                        metrics,
                        store,
                        time,
                        time,
                        Runnable::run),
                lost -> {
                    taken.add(lost);
                    lost.suspend();
                });
        follower.begin();
        return follower;
    }

    private void lookUp(CallGuid call, String document) {
        lookUp(feeds, call, document);
    }

    private CallStatus lookUp(FeedInVirtualTime.Feeds replica, CallGuid call, String document) {
        vonage.answers(call, document);
        time.pass(Duration.ofSeconds(2));
        return replica.calls()
                .lookUp(account, call, CacheDirectives.maxAge(Duration.ZERO), "")
                .await()
                .indefinitely()
                .status();
    }

    private double gaps() {
        return registry.counter("callwatch.push.follow.gaps").count();
    }

    private List<PushEvent> of(CallGuid call) {
        return sink.accepted().stream()
                .filter(event -> event.subject().equals(call.value()))
                .toList();
    }

    private List<String> pushed(CallGuid call) {
        return of(call).stream()
                .map(event -> event.type().replace("dev.callwatch.", ""))
                .toList();
    }

    private static long sequence(PushEvent event) {
        return event.sequence().orElseThrow();
    }

    private static CallGuid guid() {
        return new CallGuid(UUID.randomUUID().toString());
    }

    /** The log of the process, which may hide what it has, lose it, or have it in another order. */
    private static final class Log implements RevisionLog {

        private final RevisionLog real;
        private boolean hides;
        private boolean gap;
        private boolean reverses;
        private int skipped;

        private Log(RevisionLog real) {
            this.real = real;
        }

        private void hides(boolean now) {
            hides = now;
        }

        private void gap() {
            gap = true;
        }

        /** Those of the next answer are the wrong way round, and the first of them comes twice. */
        private void reverses() {
            reverses = true;
        }

        /** The next answer lacks its first entries. */
        private void skips(int count) {
            skipped = count;
        }

        @Override
        public Uni<Slice> read(AccountKey key, Optional<String> after, int most) {
            return readShared(key, after, most);
        }

        @Override
        public Uni<Slice> readShared(AccountKey key, Optional<String> after, int most) {
            if (hides && after.isPresent()) {
                return Uni.createFrom().item(new Slice(List.of(), after.get(), true));
            }
            if (gap) {
                gap = false;
                return real.read(key, Optional.empty(), most).map(end -> new Slice(List.of(), end.end(), false));
            }
            if (skipped > 0) {
                int count = skipped;
                skipped = 0;
                return real.read(key, after, most)
                        .map(slice ->
                                new Slice(slice.entries().stream().skip(count).toList(), slice.end(), true));
            }
            return real.read(key, after, most)
                    .map(slice -> reverses && !slice.entries().isEmpty() ? reversed(slice) : slice);
        }

        private Slice reversed(Slice slice) {
            reverses = false;
            List<Entry> entries = new ArrayList<>(slice.entries());
            Collections.reverse(entries);
            entries.add(entries.get(0));
            return new Slice(entries, slice.end(), true);
        }
    }

    /** What another replica keeps of calls, which cannot be read at times. */
    private static final class OtherReplica implements Coordination {

        private final Coordination local = new LocalCoordination();
        private final Map<CallKey, List<CallStatus>> kept = new HashMap<>();
        private boolean isAway;
        private boolean isUnreadable;

        private void isAway(boolean now) {
            isAway = now;
        }

        private void isUnreadable(boolean now) {
            isUnreadable = now;
        }

        private void keeps(Account account, CallStatus status) {
            CallKey key = new CallKey(account.key(), new CallGuid(status.id()));
            kept.computeIfAbsent(key, absent -> new ArrayList<>()).add(status);
        }

        @Override
        public Uni<LeaseResult> acquire(CallKey key, Snapshot known) {
            return local.acquire(key, known);
        }

        @Override
        public Uni<Update> sync(CallKey key, Snapshot known) {
            List<CallStatus> statuses = isAway ? List.of() : kept.getOrDefault(key, List.of());
            return statuses.isEmpty()
                    ? local.sync(key, known)
                    : Uni.createFrom().item(new Update(Snapshot.of(statuses.get(statuses.size() - 1)), statuses));
        }

        @Override
        public Uni<List<CallStatus>> history(CallKey key) {
            return Uni.createFrom().item(isAway ? List.of() : kept.getOrDefault(key, List.of()));
        }

        @Override
        public Uni<List<CallPosition>> newest(AccountKey account, CallQuery query) {
            List<CallPosition> positions = new ArrayList<>();
            if (!isAway) {
                kept.forEach((key, statuses) -> positions.add(
                        new CallPosition(statuses.get(statuses.size() - 1).revision(), key.guid())));
            }
            return Uni.createFrom().item(positions);
        }

        @Override
        public SharedCalls shared() {
            SharedCalls real = Coordination.super.shared();
            return new SharedCalls() {
                @Override
                public Uni<Update> sync(CallKey key, Snapshot known) {
                    return there(() -> real.sync(key, known));
                }

                @Override
                public Uni<List<CallStatus>> history(CallKey key) {
                    return there(() -> real.history(key));
                }

                @Override
                public Uni<List<CallPosition>> newest(AccountKey account, CallQuery query) {
                    return there(() -> real.newest(account, query));
                }
            };
        }

        private <T> Uni<T> there(Supplier<Uni<T>> reading) {
            return Uni.createFrom()
                    .deferred(() -> isAway || isUnreadable
                            ? Uni.createFrom().failure(new SharedUnavailable("cannot be read", !isUnreadable) {})
                            : reading.get());
        }
    }
}
