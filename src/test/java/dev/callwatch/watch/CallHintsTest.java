package dev.callwatch.watch;

import static dev.callwatch.watch.FeedInVirtualTime.types;
import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.Account;
import dev.callwatch.account.AnAccount;
import dev.callwatch.budget.Budgets;
import dev.callwatch.budget.BudgetsInVirtualTime;
import dev.callwatch.call.CacheDirectives;
import dev.callwatch.call.CallChanged;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallHint;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.Calls;
import dev.callwatch.call.CallsInVirtualTime;
import dev.callwatch.call.HintChannel;
import dev.callwatch.call.RemoteFollow;
import dev.callwatch.call.RemoteHint;
import dev.callwatch.time.VirtualTime;
import dev.callwatch.vonage.ScriptedReader;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Hints say when to look: a call is read soon after something happened to it, and seldom otherwise. */
class CallHintsTest {

    private static final String ACTIVE = "{\"status\":\"Active\"}";
    private static final String RECORDED = "{\"status\":\"Active\",\"recordingStatus\":\"Started\"}";
    private static final String ENDED = "{\"status\":null}";
    private static final String DISPOSED = "{\"status\":null,\"dispositionCode\":\"Sale\"}";

    private final VirtualTime time = new VirtualTime();
    private final ScriptedReader vonage = new ScriptedReader(time);
    private final List<Consumer<CallChanged>> observers = new ArrayList<>();
    private final List<Consumer<CoverageLost>> losses = new ArrayList<>();
    private final Calls calls = CallsInVirtualTime.of(
            vonage,
            CallsInVirtualTime.options(Map.of()),
            time,
            change -> observers.forEach(observer -> observer.accept(change)));
    private final Channel channel = new Channel();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final NotificationCoverage coverage = new NotificationCoverage(
            channel, time, time, time, lost -> losses.forEach(observer -> observer.accept(lost)));
    private final Budgets budgets = BudgetsInVirtualTime.of(time);
    private final CallPollers pollers = new CallPollers(
            calls, budgets, coverage, this::pause, time, Runnable::run, new FollowedMemory(Long.MAX_VALUE), registry);
    private final CallFeed feed = new CallFeed(calls, pollers, time, time);
    private final UnaskedCalls unasked = new UnaskedCalls(calls, feed, budgets, channel, time, registry);
    private final StandbyCalls standby = new StandbyCalls(calls, unasked, AnAccount.only(), time, time);
    private final CallHints hints = new CallHints(
            coverage,
            new HintedCalls(calls, pollers, AnAccount.only(), time, registry),
            unasked,
            channel,
            Runnable::run,
            time);
    private final Account account = AnAccount.usual();
    private final CallGuid guid = guid();
    private int notifications;
    private Runnable beforePause = () -> {};

    CallHintsTest() {
        observers.add(pollers::changed);
        observers.add(coverage::changed);
        losses.add(pollers::uncovered);
    }

    @Test
    void a_call_that_is_followed_is_read_at_once_when_it_is_hinted_at() {
        notified();
        vonage.answers(guid, ACTIVE);
        AssertSubscriber<Notification> reader = follow(guid);
        time.pass(Duration.ofSeconds(12));
        vonage.answers(guid, RECORDED);
        hint(CallHint.Kind.CHANGED);
        assertThat(types(reader)).containsExactly("call.observed", "call.recording-changed");
        assertThat(readings()).containsExactly(0.0, 12.0);
        assertThat(counter("callwatch.notifications.readings")).isEqualTo(1);
    }

    @Test
    void a_call_that_nobody_knows_or_that_is_settled_is_not_read() {
        vonage.answers(guid, DISPOSED);
        hint(CallHint.Kind.ENDED);
        assertThat(vonage.readings()).isEmpty();
        lookUp();
        time.pass(Duration.ofMinutes(10));
        hint(CallHint.Kind.RECORDED);
        time.pass(Duration.ofMinutes(1));
        assertThat(vonage.readings(guid)).hasSize(1);
        assertThat(time.pending()).isZero();
    }

    @Test
    void a_call_that_is_remembered_and_not_settled_is_read_although_nobody_follows_it() {
        vonage.answers(guid, ACTIVE);
        lookUp();
        time.pass(Duration.ofMinutes(5));
        vonage.answers(guid, ENDED);
        hint(CallHint.Kind.ENDED);
        assertThat(calls.known(account, guid).orElseThrow().ended()).contains(true);
        vonage.answers(guid, DISPOSED);
        time.pass(Duration.ofMinutes(1));
        hint(CallHint.Kind.RECORDED);
        assertThat(calls.known(account, guid).orElseThrow().disposition()).contains("Sale");
        assertThat(vonage.readings(guid)).hasSize(3);
        assertThat(time.pending()).isZero();
    }

    @Test
    void after_the_end_a_call_is_read_again_after_1_3_and_10_seconds_until_it_shows() {
        notified();
        vonage.answers(guid, ACTIVE);
        lookUp();
        time.pass(Duration.ofSeconds(20));
        hint(CallHint.Kind.ENDED);
        time.pass(Duration.ofMinutes(1));
        assertThat(readings()).containsExactly(0.0, 20.0, 21.0, 23.0, 30.0);
        time.pass(Duration.ofSeconds(20));
        hint(CallHint.Kind.ENDED);
        time.pass(Duration.ofSeconds(2));
        vonage.answers(guid, ENDED);
        time.pass(Duration.ofMinutes(1));
        assertThat(readings()).endsWith(100.0, 101.0, 103.0);
        assertThat(time.pending()).isZero();
    }

    @Test
    void a_reading_that_fails_is_made_again_like_one_that_does_not_show_the_end() {
        vonage.answers(guid, ACTIVE);
        lookUp();
        time.pass(Duration.ofSeconds(20));
        vonage.fails(guid, ScriptedReader.unreachable());
        hint(CallHint.Kind.ENDED);
        vonage.answers(guid, ENDED);
        time.pass(Duration.ofMinutes(1));
        assertThat(readings()).containsExactly(0.0, 20.0, 21.0);
    }

    @Test
    void hints_at_one_call_share_a_reading_a_second() {
        vonage.answers(guid, ACTIVE);
        lookUp();
        time.pass(Duration.ofSeconds(20));
        for (int tenth = 0; tenth < 50; tenth++) {
            hint(CallHint.Kind.CHANGED);
            time.pass(Duration.ofMillis(100));
        }
        time.pass(Duration.ofMinutes(1));
        assertThat(readings()).containsExactly(0.0, 20.0, 21.0, 22.0, 23.0, 24.0, 25.0);
    }

    @Test
    void a_thousand_doubled_and_shuffled_notifications_make_no_more_requests_than_one_of_each_kind() {
        notified();
        vonage.answers(guid, ACTIVE);
        follow(guid);
        time.pass(Duration.ofSeconds(10));
        List<CallHint> all = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            CallHint hint = hintAt(guid, CallHint.Kind.values()[i % CallHint.Kind.values().length]);
            all.add(hint);
            all.add(hint);
        }
        Collections.shuffle(all, new Random(7));
        long accepted = all.stream()
                .filter(hint -> hints.received(account, hint, false))
                .count();
        assertThat(accepted).isEqualTo(500);
        time.pass(Duration.ofSeconds(19));
        // At once, and a second later for those that came after the first; again after 1, 3 and 10 s since the end does
        // not show.
        assertThat(readings()).containsExactly(0.0, 10.0, 11.0, 12.0, 14.0, 21.0);
    }

    @Test
    void what_is_known_already_needs_no_reading_in_whatever_order_hints_come() {
        vonage.answers(guid, ENDED);
        lookUp();
        time.pass(Duration.ofSeconds(20));
        hint(CallHint.Kind.ENDED);
        hint(CallHint.Kind.CHANGED);
        time.pass(Duration.ofMinutes(1));
        assertThat(vonage.readings(guid)).hasSize(1);
        hint(CallHint.Kind.WRAPPING_UP);
        time.pass(Duration.ofMinutes(1));
        assertThat(vonage.readings(guid)).hasSize(2);
        assertThat(time.pending()).isZero();
    }

    /** What the section on capacity in {@code k8s/README.md} counts with. */
    @Test
    void a_call_of_three_minutes_costs_at_most_12_requests_at_a_notified_account() {
        notified();
        Instant begin = time.instant();
        vonage.answers(guid, () -> {
            long second = Duration.between(begin, time.instant()).toSeconds();
            String document = second < 5 ? ACTIVE : second < 190 ? RECORDED : second < 250 ? ENDED : DISPOSED;
            return Uni.createFrom().item(ScriptedReader.detail(document));
        });
        AssertSubscriber<Notification> reader = follow(guid);
        time.pass(Duration.ofMillis(1_200));
        hint(CallHint.Kind.CHANGED);
        hint(CallHint.Kind.CHANGED);
        time.pass(Duration.ofMillis(300));
        hint(CallHint.Kind.CHANGED);
        time.pass(Duration.ofMillis(188_600));
        hint(CallHint.Kind.ENDED);
        hint(CallHint.Kind.WRAPPING_UP);
        hint(CallHint.Kind.ENDED);
        assertThat(types(reader)).endsWith("call.completed");
        time.pass(Duration.ofMillis(60_100));
        hint(CallHint.Kind.RECORDED);
        assertThat(types(reader)).endsWith("call.disposition-set", "settled");
        reader.assertCompleted();
        assertThat(vonage.readings(guid)).hasSizeBetween(9, 12);
        assertThat(counter("callwatch.notifications.polls.saved")).isGreaterThanOrEqualTo(25);
        assertThat(time.pending()).isZero();
    }

    @Test
    void polls_are_30_seconds_apart_while_notifications_come_and_5_minutes_once_a_disposition_is_awaited() {
        notified();
        vonage.answers(guid, ACTIVE);
        follow(guid);
        time.pass(Duration.ofSeconds(100));
        assertThat(readings()).containsExactly(0.0, 30.0, 60.0, 90.0);
        vonage.answers(guid, ENDED);
        hint(CallHint.Kind.ENDED);
        time.pass(Duration.ofSeconds(900));
        assertThat(readings()).containsExactly(0.0, 30.0, 60.0, 90.0, 100.0, 400.0, 700.0, 1_000.0);
    }

    @Test
    void without_a_notification_for_an_hour_polls_come_at_the_plain_intervals() {
        notified();
        time.pass(Duration.ofMinutes(60));
        vonage.answers(guid, ACTIVE);
        follow(guid);
        time.pass(Duration.ofSeconds(13));
        assertThat(readings()).containsExactly(0.0, 1.0, 3.0, 7.0, 12.0);
    }

    @Test
    void a_call_that_ends_without_a_notification_takes_its_account_back_to_the_plain_intervals_for_ten_minutes() {
        notified();
        CallGuid other = guid();
        vonage.answers(guid, ACTIVE);
        vonage.answers(other, ACTIVE);
        follow(guid);
        follow(other);
        time.pass(Duration.ofSeconds(20));
        vonage.answers(guid, ENDED);
        time.pass(Duration.ofSeconds(19));
        assertThat(coverage.covers(account.key())).isTrue();
        time.pass(Duration.ofSeconds(11));
        assertThat(coverage.covers(account.key())).isFalse();
        time.pass(Duration.ofSeconds(20));
        assertThat(readings(other)).containsExactly(0.0, 30.0, 40.0, 44.0, 49.0, 54.0, 59.0, 64.0, 69.0);
        time.pass(Duration.ofMinutes(10));
        notified();
        assertThat(coverage.covers(account.key())).isTrue();
    }

    @Test
    void the_notification_of_an_end_may_come_some_seconds_after_a_poll_has_seen_it() {
        notified();
        vonage.answers(guid, ACTIVE);
        follow(guid);
        time.pass(Duration.ofSeconds(29));
        vonage.answers(guid, ENDED);
        time.pass(Duration.ofSeconds(5));
        hint(CallHint.Kind.ENDED);
        time.pass(Duration.ofMinutes(1));
        assertThat(coverage.covers(account.key())).isTrue();
    }

    @Test
    void a_recording_that_changes_unnotified_is_no_reason_to_doubt_the_notifications() {
        notified();
        vonage.answers(guid, ACTIVE);
        follow(guid);
        vonage.answers(guid, RECORDED);
        time.pass(Duration.ofMinutes(2));
        assertThat(readings()).containsExactly(0.0, 30.0, 60.0, 90.0, 120.0);
    }

    @Test
    void an_account_that_does_not_get_the_hints_of_the_other_replicas_is_polled_at_the_plain_intervals() {
        notified();
        channel.connected = false;
        vonage.answers(guid, ACTIVE);
        follow(guid);
        time.pass(Duration.ofSeconds(13));
        assertThat(readings()).containsExactly(0.0, 1.0, 3.0, 7.0, 12.0);
    }

    @Test
    void notifications_that_cease_while_a_pause_begins_end_it() {
        notified();
        vonage.answers(guid, ACTIVE);
        beforePause = () -> {
            beforePause = () -> {};
            channel.connected = false;
            pollers.uncovered(new CoverageLost(account.key()));
        };
        follow(guid);
        time.pass(Duration.ofSeconds(13));
        assertThat(readings()).hasSizeGreaterThan(2);
    }

    @Test
    void a_notification_that_comes_again_within_ten_minutes_counts_once_through_whichever_replica() {
        vonage.answers(guid, ACTIVE);
        lookUp();
        time.pass(Duration.ofSeconds(5));
        CallHint first = hintAt(guid, CallHint.Kind.CHANGED);
        CallHint elsewhere = hintAt(guid, CallHint.Kind.CHANGED);
        assertThat(hints.received(account, first, false)).isTrue();
        hints.receivedElsewhere(new RemoteHint(elsewhere));
        time.pass(Duration.ofMinutes(9));
        assertThat(hints.received(account, first, false)).isFalse();
        assertThat(hints.received(account, elsewhere, false)).isFalse();
        assertThat(vonage.readings(guid)).hasSize(2);
        assertThat(channel.published).containsExactly(first);
        time.pass(Duration.ofMinutes(1));
        assertThat(hints.received(account, first, false)).isTrue();
    }

    @Test
    void what_another_replica_receives_it_reads_itself_unless_only_this_one_knows_of_the_call() {
        vonage.answers(guid, ACTIVE);
        follow(guid);
        time.pass(Duration.ofMillis(500));
        hints.receivedElsewhere(new RemoteHint(hintAt(guid, CallHint.Kind.CHANGED)));
        assertThat(coverage.covers(account.key())).isTrue();
        assertThat(vonage.readings(guid)).hasSize(1);

        CallGuid unread = guid();
        vonage.fails(unread, ScriptedReader.unreachable());
        follow(unread);
        time.pass(Duration.ofMillis(1_500));
        vonage.answers(unread, ACTIVE);
        hints.receivedElsewhere(new RemoteHint(hintAt(unread, CallHint.Kind.CHANGED)));
        assertThat(calls.known(account, unread)).isPresent();
    }

    @Test
    void a_call_that_another_replica_follows_because_of_notifications_is_followed_here_once_that_is_gone() {
        notified();
        vonage.answers(guid, ACTIVE);
        standby.followedElsewhere(new RemoteFollow(new CallKey(account.key(), guid)));
        // What the other replica reads is known to all.
        for (int poll = 0; poll < 10; poll++) {
            lookUp();
            time.pass(Duration.ofSeconds(30));
        }
        assertThat(vonage.readings(guid)).hasSize(10);
        // It is killed.
        time.pass(Duration.ofMinutes(2));
        assertThat(counter("callwatch.notifications.followed")).isEqualTo(1);
        vonage.answers(guid, DISPOSED);
        time.pass(Duration.ofMinutes(1));
        assertThat(calls.known(account, guid).orElseThrow().disposition()).contains("Sale");
        assertThat(channel.followed).containsExactly(new CallKey(account.key(), guid));
        assertThat(time.pending()).isZero();
    }

    @Test
    void a_call_whose_disposition_another_replica_waits_for_is_not_followed_here_between_its_polls() {
        notified();
        vonage.answers(guid, ENDED);
        lookUp();
        standby.followedElsewhere(new RemoteFollow(new CallKey(account.key(), guid)));
        time.pass(Duration.ofMinutes(5));
        assertThat(counter("callwatch.notifications.followed")).isZero();
        vonage.answers(guid, DISPOSED);
        lookUp();
        time.pass(Duration.ofHours(1));
        assertThat(counter("callwatch.notifications.followed")).isZero();
        assertThat(vonage.readings(guid)).hasSize(2);
        assertThat(time.pending()).isZero();
    }

    @Test
    void a_process_that_ends_follows_nothing_of_others_any_more() {
        vonage.answers(guid, ACTIVE);
        lookUp();
        standby.followedElsewhere(new RemoteFollow(new CallKey(account.key(), guid)));
        standby.close(new ShutdownDelayInitiatedEvent());
        time.pass(Duration.ofMinutes(10));
        assertThat(vonage.readings(guid)).hasSize(1);
        assertThat(time.pending()).isZero();
    }

    @Test
    void a_call_that_nobody_asked_for_is_followed_until_it_is_settled_where_the_settings_say_so() {
        vonage.answers(guid, ACTIVE);
        hints.received(account, hintAt(guid, CallHint.Kind.CHANGED), true);
        time.pass(Duration.ofSeconds(70));
        assertThat(calls.known(account, guid)).isPresent();
        assertThat(vonage.readings(guid)).hasSizeBetween(3, 4);
        assertThat(counter("callwatch.notifications.followed")).isEqualTo(1);
        hints.received(account, hintAt(guid, CallHint.Kind.CHANGED), true);
        vonage.answers(guid, DISPOSED);
        time.pass(Duration.ofSeconds(5));
        hints.received(account, hintAt(guid, CallHint.Kind.ENDED), true);
        time.pass(Duration.ofSeconds(20));
        assertThat(calls.known(account, guid).orElseThrow().disposition()).contains("Sale");
        assertThat(counter("callwatch.notifications.followed")).isEqualTo(1);
        assertThat(time.pending()).isZero();
    }

    @Test
    void once_it_is_known_which_guid_names_the_call_no_other_is_asked_for() {
        for (int i = 0; i < 3; i++) {
            CallGuid call = guid();
            vonage.answers(call, DISPOSED);
            hints.received(
                    account, new CallHint(account.key(), ordered(guid(), call), CallHint.Kind.CHANGED, "n" + i), true);
            time.pass(Duration.ofSeconds(10));
        }
        assertThat(vonage.readings()).hasSize(4);
    }

    @Test
    void an_interaction_that_is_no_call_is_asked_for_twice_however_many_notifications_it_has() {
        CallGuid chat = guid();
        for (int i = 0; i < 20; i++) {
            hints.received(account, new CallHint(account.key(), Set.of(chat), CallHint.Kind.CHANGED, "n" + i), true);
            time.pass(Duration.ofSeconds(3));
        }
        assertThat(vonage.readings(chat)).hasSize(2);
        assertThat(time.pending()).isZero();
    }

    private static Set<CallGuid> ordered(CallGuid... guids) {
        return new LinkedHashSet<>(List.of(guids));
    }

    /** Any other notification of the account. */
    private Uni<Void> pause(Duration length) {
        beforePause.run();
        return time.of(length);
    }

    private void notified() {
        hints.received(account, hintAt(guid(), CallHint.Kind.CHANGED), false);
    }

    private void hint(CallHint.Kind kind) {
        hints.received(account, hintAt(guid, kind), false);
    }

    private CallHint hintAt(CallGuid some, CallHint.Kind kind) {
        return new CallHint(account.key(), Set.of(guid(), some), kind, "notification " + notifications++);
    }

    private static CallGuid guid() {
        return new CallGuid(UUID.randomUUID().toString());
    }

    private AssertSubscriber<Notification> follow(CallGuid some) {
        return feed.follow(account, some, OptionalLong.empty(), "caller")
                .subscribe()
                .withSubscriber(AssertSubscriber.create(Long.MAX_VALUE));
    }

    private void lookUp() {
        calls.lookUp(account, guid, new CacheDirectives(Optional.of(Duration.ZERO), false), "")
                .subscribe()
                .with(result -> {}, failure -> {});
    }

    private List<Double> readings() {
        return readings(guid);
    }

    private List<Double> readings(CallGuid some) {
        Instant begin = vonage.readings(some).get(0);
        return vonage.readings(some).stream()
                .map(at -> Duration.between(begin, at).toMillis() / 1_000.0)
                .toList();
    }

    private double counter(String name) {
        return registry.find(name).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    private static final class Channel implements HintChannel {

        private final List<CallHint> published = new ArrayList<>();
        private final List<CallKey> followed = new ArrayList<>();
        private boolean connected = true;

        @Override
        public void publish(CallHint hint) {
            published.add(hint);
        }

        @Override
        public void publishFollowed(CallKey call) {
            followed.add(call);
        }

        @Override
        public boolean isConnected() {
            return connected;
        }
    }
}
