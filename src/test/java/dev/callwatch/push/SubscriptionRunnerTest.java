package dev.callwatch.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.access.Caller;
import dev.callwatch.access.Grant;
import dev.callwatch.account.Account;
import dev.callwatch.account.AnAccount;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.time.VirtualTime;
import dev.callwatch.vonage.ScriptedReader;
import dev.callwatch.watch.CallFeed;
import dev.callwatch.watch.EventType;
import dev.callwatch.watch.FeedInVirtualTime;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A subscription from its first event to its last, on the feed as it is wired in production. */
class SubscriptionRunnerTest {

    private static final String ACTIVE = "{\"status\":\"Active\"}";
    private static final String RECORDED = "{\"status\":\"Active\",\"recordingStatus\":\"Started\"}";
    private static final String ENDED = "{\"status\":null}";
    private static final String DISPOSED = "{\"status\":null,\"dispositionCode\":\"Sale\"}";
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration A_DISPOSITION_LATER = Duration.ofSeconds(40);
    private static final long PLENTY = 1 << 20;

    private final VirtualTime time = new VirtualTime();
    private final ScriptedReader vonage = new ScriptedReader(time);
    private final ScriptedSink sink = new ScriptedSink(time);
    private final PushMetrics metrics = new PushMetrics(new SimpleMeterRegistry());
    private final PushMemory memory = new PushMemory(PLENTY);
    private final CallFeed feed = FeedInVirtualTime.of(vonage, time);
    private final Account account = AnAccount.usual();
    private final CallGuid guid = guid();
    private final List<SubscriptionRunner> finished = new ArrayList<>();

    /** With which the data of an event begins. */
    private Supplier<String> data = () -> "";

    private final SinkQueues queues = QueuesInVirtualTime.to(sink, time, metrics);

    @Test
    void a_call_is_pushed_from_its_status_to_its_end() {
        vonage.answers(guid, ACTIVE);
        SubscriptionRunner runner = begin(subscription(true, EventTypes.ALL, guid));
        assertThat(pushed()).containsExactly("call.observed");
        vonage.answers(guid, RECORDED);
        time.pass(SOON);
        vonage.answers(guid, ENDED);
        time.pass(SOON);
        vonage.answers(guid, DISPOSED);
        time.pass(A_DISPOSITION_LATER);
        assertThat(pushed())
                .containsExactly(
                        "call.observed",
                        "call.recording-changed",
                        "call.completed",
                        "call.disposition-set",
                        "subscription-ended CALLS_SETTLED");
        assertThat(runner.status().state()).isEqualTo(SubscriptionState.EXPIRED);
        assertThat(runner.status().deliveries().delivered()).isEqualTo(5);
        assertThat(finished).containsExactly(runner);
        assertNothingIsLeft();
    }

    @Test
    void events_name_their_call_and_their_order() {
        vonage.answers(guid, ACTIVE);
        begin(subscription(true, EventTypes.ALL, guid));
        vonage.answers(guid, ENDED);
        time.pass(SOON);
        List<PushEvent> events = sink.accepted();
        assertThat(events).hasSize(2).allSatisfy(event -> {
            assertThat(event.source()).isEqualTo("https://callwatch.example/v1/accounts/a/calls/" + guid);
            assertThat(event.subject()).isEqualTo(guid.value());
            assertThat(event.id()).isEqualTo(guid + ":" + event.sequence().getAsLong());
        });
        assertThat(events.get(1).sequence().getAsLong())
                .isGreaterThan(events.get(0).sequence().getAsLong());
    }

    @Test
    void without_an_initial_event_only_changes_are_pushed() {
        vonage.answers(guid, ACTIVE);
        begin(subscription(false, EventTypes.ALL, guid));
        assertThat(pushed()).isEmpty();
        vonage.answers(guid, RECORDED);
        time.pass(SOON);
        assertThat(pushed()).containsExactly("call.recording-changed");
    }

    @Test
    void only_the_types_that_are_asked_for_are_pushed_and_under_their_name() {
        vonage.answers(guid, ACTIVE);
        begin(subscription(false, new EventTypes(Set.of(EventType.DISPOSITION_SET)), guid));
        vonage.answers(guid, RECORDED);
        time.pass(SOON);
        vonage.answers(guid, DISPOSED);
        time.pass(SOON);
        // It completed as well, which is the more important change.
        assertThat(pushed()).containsExactly("call.disposition-set", "subscription-ended CALLS_SETTLED");
        assertThat(sink.accepted().get(0).data()).isEqualTo("call.completed");
    }

    @Test
    void a_lost_call_is_an_event_of_its_own() {
        vonage.answers(guid, ENDED);
        begin(subscription(true, EventTypes.ALL, guid));
        vonage.fails(guid, new UpstreamFailure.CallNotFound());
        time.pass(A_DISPOSITION_LATER);
        assertThat(pushed()).containsExactly("call.observed", "call.lost", "subscription-ended CALLS_SETTLED");
        assertThat(sink.accepted()).extracting(PushEvent::id).doesNotHaveDuplicates();
    }

    @Test
    void a_status_that_is_confirmed_after_a_problem_is_not_pushed_again() {
        vonage.answers(guid, ACTIVE);
        begin(subscription(true, EventTypes.ALL, guid));
        vonage.fails(guid, ScriptedReader.unreachable());
        time.pass(Duration.ofSeconds(20));
        vonage.answers(guid, ACTIVE);
        time.pass(SOON);
        assertThat(pushed()).containsExactly("call.observed");
    }

    @Test
    void a_subscription_ends_when_all_its_calls_are_settled() {
        CallGuid other = guid();
        vonage.answers(guid, DISPOSED);
        vonage.answers(other, ACTIVE);
        SubscriptionRunner runner = begin(subscription(true, EventTypes.ALL, guid, other));
        time.pass(SOON);
        assertThat(runner.isActive()).isTrue();
        vonage.answers(other, DISPOSED);
        time.pass(SOON);
        assertThat(pushed())
                .containsExactly(
                        "call.observed", "call.observed", "call.completed", "subscription-ended CALLS_SETTLED");
    }

    @Test
    void it_ends_when_its_time_has_passed() {
        vonage.answers(guid, ACTIVE);
        SubscriptionRunner runner = begin(subscription(false, EventTypes.ALL, guid));
        time.pass(Duration.ofHours(1));
        assertThat(pushed()).containsExactly("subscription-ended SUBSCRIPTION_EXPIRED");
        assertThat(runner.status().state()).isEqualTo(SubscriptionState.EXPIRED);
        assertNothingIsLeft();
    }

    @Test
    void it_ends_when_its_events_are_used_up() {
        vonage.answers(guid, ACTIVE);
        begin(limited(subscription(true, EventTypes.ALL, guid), 2));
        vonage.answers(guid, RECORDED);
        time.pass(SOON);
        vonage.answers(guid, ENDED);
        time.pass(SOON);
        assertThat(pushed())
                .containsExactly("call.observed", "call.recording-changed", "subscription-ended MAX_EVENTS_REACHED");
        assertNothingIsLeft();
    }

    @Test
    void a_sink_that_is_gone_ends_it_and_is_not_called_again() {
        vonage.answers(guid, ACTIVE);
        sink.answers(ScriptedSink.GONE);
        SubscriptionRunner runner = begin(subscription(true, EventTypes.ALL, guid));
        time.pass(Duration.ofHours(2));
        assertThat(sink.requests()).hasSize(1);
        assertThat(runner.status().state()).isEqualTo(SubscriptionState.INACTIVE);
        assertThat(runner.status().termination()).contains(TerminationReason.SINK_GONE);
        assertThat(runner.status().deliveries().lastAnswer()).contains("410");
        assertThat(finished).containsExactly(runner);
        assertNothingIsLeft();
    }

    @Test
    void a_sink_may_be_gone_at_the_last_event_too() {
        vonage.answers(guid, DISPOSED);
        sink.answers(event -> event.type().endsWith("ended") ? ScriptedSink.GONE : ScriptedSink.OK);
        SubscriptionRunner runner = begin(subscription(true, EventTypes.ALL, guid));
        assertThat(runner.status().termination()).contains(TerminationReason.SINK_GONE);
        assertThat(finished).containsExactly(runner);
        assertNothingIsLeft();
    }

    @Test
    void what_waits_when_it_is_deleted_is_not_delivered() {
        vonage.answers(guid, ACTIVE);
        sink.answers(ScriptedSink.SILENT);
        SubscriptionRunner runner = begin(subscription(true, EventTypes.ALL, guid));
        vonage.answers(guid, RECORDED);
        time.pass(Duration.ofSeconds(2));
        assertThat(runner.status().deliveries().pending()).isEqualTo(2);
        sink.answers(ScriptedSink.OK);
        runner.end(TerminationReason.SUBSCRIPTION_DELETED);
        time.pass(Duration.ofMinutes(10));
        assertThat(pushed()).containsExactly("subscription-ended SUBSCRIPTION_DELETED");
        assertThat(finished).containsExactly(runner);
        assertNothingIsLeft();
    }

    @Test
    void the_event_about_the_end_waits_for_those_before_it() {
        vonage.answers(guid, ACTIVE);
        sink.answers(ScriptedSink.SILENT);
        SubscriptionRunner runner = begin(subscription(true, EventTypes.ALL, guid));
        vonage.answers(guid, DISPOSED);
        time.pass(Duration.ofSeconds(3));
        assertThat(runner.status().state()).isEqualTo(SubscriptionState.EXPIRED);
        assertThat(runner.status().deliveries().pending()).isEqualTo(2);
        assertThat(runner.status().deliveries().nextAttemptAt()).contains(begin().plusSeconds(5));
        assertThat(runner.status().deliveries().lastAnswer()).contains("timeout");
        sink.answers(ScriptedSink.OK);
        time.pass(Duration.ofMinutes(6));
        assertThat(pushed()).containsExactly("call.observed", "call.completed", "subscription-ended CALLS_SETTLED");
    }

    @Test
    void what_is_given_up_is_counted_and_what_follows_is_delivered() {
        vonage.answers(guid, ACTIVE);
        sink.answers(event -> event.data().equals("call.observed") ? ScriptedSink.refused(400) : ScriptedSink.OK);
        SubscriptionRunner runner = begin(subscription(true, EventTypes.ALL, guid));
        vonage.answers(guid, DISPOSED);
        time.pass(Duration.ofHours(25));
        assertThat(pushed()).containsExactly("call.completed", "subscription-ended CALLS_SETTLED");
        assertThat(runner.status().deliveries().failed()).isEqualTo(1);
        assertThat(runner.status().deliveries().delivered()).isEqualTo(2);
    }

    @Test
    void a_sink_that_hangs_holds_back_the_feed_and_loses_nothing() {
        sink.holds();
        vonage.answers(guid, ACTIVE);
        SubscriptionRunner runner = begin(subscription(true, EventTypes.ALL, guid));
        for (int i = 0; i < 60; i++) {
            vonage.answers(guid, "{\"status\":\"Active\",\"n\":" + i + "}");
            time.pass(Duration.ofSeconds(6));
        }
        assertThat(runner.status().deliveries().pending()).isEqualTo(32);
        while (sink.waiting() > 0) {
            sink.release(ScriptedSink.OK);
        }
        // The first 32 waited here and the 29 that followed in the feed.
        assertThat(sink.ids()).hasSize(61).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void without_memory_an_event_of_a_call_waits_for_the_one_before_it() {
        memory.take((int) PLENTY);
        sink.holds();
        vonage.answers(guid, ACTIVE);
        SubscriptionRunner runner = begin(subscription(true, EventTypes.ALL, guid));
        vonage.answers(guid, RECORDED);
        time.pass(SOON);
        vonage.answers(guid, DISPOSED);
        time.pass(SOON);
        assertThat(runner.status().deliveries().pending()).isEqualTo(1);
        while (sink.waiting() > 0) {
            sink.release(ScriptedSink.OK);
        }
        assertThat(runner.status().deliveries().delivered()).isEqualTo(4);
    }

    @Test
    void another_replica_goes_on_where_the_first_was_lost() {
        SharedStore store = new SharedStore();
        vonage.answers(guid, ACTIVE);
        begin(StoredSubscription.of(subscription(true, EventTypes.ALL, guid)), store);
        vonage.answers(guid, RECORDED);
        time.pass(SOON);
        sink.answers(ScriptedSink.SILENT);
        vonage.answers(guid, ENDED);
        time.pass(SOON);
        store.lose();
        sink.answers(ScriptedSink.OK);
        SubscriptionRunner next = begin(store.stored(), store.onAnotherReplica());
        vonage.answers(guid, DISPOSED);
        time.pass(A_DISPOSITION_LATER);
        assertThat(pushed())
                .containsExactly(
                        "call.observed",
                        "call.recording-changed",
                        "call.completed",
                        "call.disposition-set",
                        "subscription-ended CALLS_SETTLED");
        assertThat(next.status().deliveries().delivered()).isEqualTo(5);
        assertThat(store.stored().progress().finished()).isTrue();
        assertThat(store.stored().events()).isEmpty();
    }

    @Test
    void a_subscription_that_had_ended_sends_its_last_event_when_it_is_taken_over() {
        SharedStore store = new SharedStore();
        vonage.answers(guid, DISPOSED);
        sink.answers(event -> event.type().endsWith("ended") ? ScriptedSink.SILENT : ScriptedSink.OK);
        begin(StoredSubscription.of(subscription(true, EventTypes.ALL, guid)), store);
        store.lose();
        sink.answers(ScriptedSink.OK);
        begin(store.stored(), store.onAnotherReplica());
        assertThat(pushed()).containsExactly("call.observed", "subscription-ended CALLS_SETTLED");
    }

    @Test
    void an_event_is_kept_before_it_is_delivered() {
        SharedStore store = new SharedStore();
        store.isAway(true);
        vonage.answers(guid, ACTIVE);
        begin(StoredSubscription.of(subscription(true, EventTypes.ALL, guid)), store);
        time.pass(SOON);
        assertThat(pushed()).isEmpty();
        store.isAway(false);
        time.pass(SOON);
        assertThat(pushed()).containsExactly("call.observed");
    }

    @Test
    void a_replica_that_lost_a_subscription_stops_without_ending_it() {
        SharedStore store = new SharedStore();
        vonage.answers(guid, ACTIVE);
        SubscriptionRunner first = begin(StoredSubscription.of(subscription(true, EventTypes.ALL, guid)), store);
        store.lose();
        vonage.answers(guid, DISPOSED);
        time.pass(SOON);
        assertThat(pushed()).containsExactly("call.observed");
        assertThat(first.isActive()).isTrue();
        assertNothingIsLeft();
    }

    @Test
    void what_the_store_lost_is_written_again() {
        SharedStore store = new SharedStore();
        vonage.answers(guid, ACTIVE);
        SubscriptionRunner runner = begin(StoredSubscription.of(subscription(true, EventTypes.ALL, guid)), store);
        store.clear();
        runner.run().check().await().indefinitely();
        assertThat(store.stored().subscription()).isEqualTo(runner.subscription());
        assertThat(store.stored().calls()).containsKey(guid);
    }

    @Test
    void what_is_over_and_forgotten_is_not_written_again() {
        SharedStore store = new SharedStore();
        vonage.answers(guid, DISPOSED);
        SubscriptionRunner runner = begin(StoredSubscription.of(subscription(true, EventTypes.ALL, guid)), store);
        assertThat(runner.isFinished()).isTrue();
        store.clear();
        runner.run().check().await().indefinitely();
        assertThat(store.isEmpty()).isTrue();
    }

    @Test
    void access_that_was_revoked_ends_it_and_drops_what_waits() {
        SharedStore store = new SharedStore();
        vonage.answers(guid, ACTIVE);
        sink.answers(ScriptedSink.SILENT);
        begin(StoredSubscription.of(subscription(true, EventTypes.ALL, guid)), store);
        store.lose();
        sink.answers(ScriptedSink.OK);
        SubscriptionRunner next = begin(store.stored().revoked(), store.onAnotherReplica());
        assertThat(pushed()).containsExactly("subscription-ended ACCESS_REVOKED");
        assertThat(next.status().state()).isEqualTo(SubscriptionState.INACTIVE);
    }

    /** A lost Redis and a replica that ran it meanwhile, and is gone: that one may have delivered more. */
    @Test
    void what_the_store_lost_after_others_may_have_run_it_goes_on_with_later_revisions() {
        SharedStore store = new SharedStore();
        RunLease lease = lease(store);
        lease.extend(time.instant().plus(SubscriptionStore.LEASE));
        vonage.answers(guid, ACTIVE);
        begin(StoredSubscription.of(subscription(true, EventTypes.ALL, guid)), store, lease);
        time.pass(SOON);
        store.clear();
        vonage.answers(guid, RECORDED);
        time.pass(SOON);
        assertThat(pushed()).containsExactly("call.observed");
        assertThat(store.stored().events()).isEmpty();
        long now = time.now().toEpochMilli();
        begin(store.stored(), store.onAnotherReplica());
        time.pass(SOON);
        assertThat(pushed()).containsExactly("call.observed", "call.observed");
        assertThat(sink.accepted().get(1).sequence().getAsLong())
                .isGreaterThan(store.stored().calls().get(guid).revision() - 1)
                .isGreaterThan(now - SOON.toMillis());
        vonage.answers(guid, ENDED);
        time.pass(SOON);
        assertThat(pushed()).containsExactly("call.observed", "call.observed", "call.completed");
    }

    @Test
    void what_the_store_lost_while_no_other_can_have_run_it_goes_on_as_before() {
        SharedStore store = new SharedStore();
        beginAndLose(store);
        vonage.answers(guid, RECORDED);
        time.pass(SOON);
        assertThat(pushed()).containsExactly("call.observed", "call.recording-changed");
        assertThat(store.isEmpty()).isFalse();
    }

    @Test
    void what_the_store_lost_is_kept_again_before_anything_is_delivered() {
        SharedStore store = new SharedStore();
        beginAndLose(store);
        store.takesNothingNew(true);
        vonage.answers(guid, RECORDED);
        time.pass(SOON);
        assertThat(pushed()).containsExactly("call.observed");
        store.takesNothingNew(false);
        time.pass(SOON);
        assertThat(pushed()).containsExactly("call.observed", "call.recording-changed");
        assertThat(store.stored().events()).isEmpty();
    }

    /** It has taken the subscription over while this replica did not notice. */
    @Test
    void what_another_replica_has_written_again_in_a_later_run_is_not_delivered_here() {
        SharedStore store = new SharedStore();
        beginAndLose(store);
        store.isWrittenElsewhere();
        vonage.answers(guid, RECORDED);
        time.pass(SOON);
        assertThat(pushed()).containsExactly("call.observed");
        assertNothingIsLeft();
    }

    @Test
    void a_defect_delays_an_event_and_loses_none() {
        vonage.answers(guid, ACTIVE);
        begin(subscription(true, EventTypes.ALL, guid));
        data = () -> {
            throw new IllegalStateException("a defect");
        };
        vonage.answers(guid, RECORDED);
        time.pass(SOON);
        assertThat(pushed()).containsExactly("call.observed");
        data = () -> "";
        time.pass(SOON);
        vonage.answers(guid, ENDED);
        time.pass(SOON);
        assertThat(pushed()).containsExactly("call.observed", "call.recording-changed", "call.completed");
    }

    /** That the call is settled is being kept, and the event about the end waits for that. */
    @Test
    void what_waits_to_be_kept_is_not_delivered_once_another_replica_runs_the_subscription() {
        SharedStore store = new SharedStore();
        store.isAway(true);
        vonage.answers(guid, DISPOSED);
        SubscriptionRunner runner = begin(StoredSubscription.of(subscription(false, EventTypes.ALL, guid)), store);
        time.pass(SOON);
        assertThat(runner.isActive()).isFalse();
        runner.suspend();
        time.pass(SOON);
        assertThat(pushed()).isEmpty();
        assertNothingIsLeft();
    }

    /** A call is pushed, then the store comes back empty. This replica never loses its lease. */
    private void beginAndLose(SharedStore store) {
        RunLease lease = lease(store);
        lease.extend(time.instant().plus(Duration.ofDays(1)));
        vonage.answers(guid, ACTIVE);
        begin(StoredSubscription.of(subscription(true, EventTypes.ALL, guid)), store, lease);
        store.clear();
    }

    private RunLease lease(SubscriptionStore store) {
        return new RunLease(store, time);
    }

    private Instant begin() {
        return Instant.parse("2026-11-24T09:00:00Z");
    }

    private SubscriptionRunner begin(Subscription subscription) {
        return begin(StoredSubscription.of(subscription), new LocalSubscriptionStore());
    }

    private SubscriptionRunner begin(StoredSubscription stored, SubscriptionStore store) {
        return begin(stored, store, lease(store));
    }

    private SubscriptionRunner begin(StoredSubscription stored, SubscriptionStore store, RunLease lease) {
        PushEvents events = new PushEvents(
                "https://callwatch.example",
                (event, numbers) -> data.get() + event.type().wireName());
        SubscriptionRunner.Owner owner = new SubscriptionRunner.Owner() {
            @Override
            public void finished(SubscriptionRunner runner) {
                finished.add(runner);
            }

            @Override
            public void taken(SubscriptionRunner runner) {
                runner.suspend();
            }
        };
        SubscriptionRunner runner = new SubscriptionRunner(
                stored,
                Run.FIRST,
                new Grant(account, false),
                ASink.usual(),
                new SubscriptionRunner.Dependencies(
                        new OwnedRuns(queues, memory, store, lease, time, time, time),
                        feed,
                        events,
                        metrics,
                        store,
                        time,
                        time),
                owner);
        store.create(stored.subscription(), Run.FIRST, SubscriptionCodec.encode(stored), false)
                .subscribe()
                .with(kept -> runner.begin());
        return runner;
    }

    private Subscription subscription(boolean initialEvent, EventTypes types, CallGuid... guids) {
        return new Subscription(
                "0123456789abcdef0123456789abcdef",
                new Caller("main", "https://issuer.example", "crm", Set.of(), Set.of(), Optional.empty()),
                account.key(),
                ASink.usual().name(),
                Optional.empty(),
                types,
                new LinkedHashSet<>(Arrays.asList(guids)),
                time.now(),
                time.now().plus(Duration.ofHours(1)),
                OptionalInt.empty(),
                initialEvent,
                OptionalInt.empty(),
                Optional.empty());
    }

    private static Subscription limited(Subscription subscription, int maxEvents) {
        return new Subscription(
                subscription.id(),
                subscription.caller(),
                subscription.account(),
                subscription.sink(),
                subscription.contentMode(),
                subscription.types(),
                subscription.calls(),
                subscription.startsAt(),
                subscription.expiresAt(),
                OptionalInt.of(maxEvents),
                subscription.initialEvent(),
                subscription.ratePerMinute(),
                subscription.traceparent());
    }

    /** The types of what the sink accepted, and why a subscription ended. */
    private List<String> pushed() {
        return sink.accepted().stream()
                .map(event -> event.type().replace("dev.callwatch.", "")
                        + (event.data().contains("terminationReason")
                                ? " " + event.data().replaceAll(".*terminationReason\":\"([A-Z_]+).*", "$1")
                                : ""))
                .toList();
    }

    private void assertNothingIsLeft() {
        assertThat(time.pending()).isZero();
        assertThat(memory.reserve((int) PLENTY)).isTrue();
    }

    private static CallGuid guid() {
        return new CallGuid(UUID.randomUUID().toString());
    }
}
