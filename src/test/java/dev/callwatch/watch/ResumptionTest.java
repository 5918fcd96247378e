package dev.callwatch.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.Account;
import dev.callwatch.account.AnAccount;
import dev.callwatch.budget.BudgetsInVirtualTime;
import dev.callwatch.call.CacheDirectives;
import dev.callwatch.call.CallChanged;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Calls;
import dev.callwatch.call.CallsInVirtualTime;
import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.problem.ProblemType;
import dev.callwatch.time.VirtualTime;
import dev.callwatch.vonage.ScriptedReader;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ResumptionTest {

    private static final String ACTIVE = "{\"status\":\"Active\"}";
    private static final String DISPOSED = "{\"status\":null,\"dispositionCode\":\"Sale\"}";
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final VirtualTime time = new VirtualTime();
    private final ScriptedReader vonage = new ScriptedReader(time);
    private final Account account = AnAccount.usual();
    private final CallGuid guid = new CallGuid(UUID.randomUUID().toString());

    /** One life of a process that remembers nothing of a former one. */
    private final class Life {

        private final List<Consumer<CallChanged>> observers = new ArrayList<>();
        private final Calls calls = CallsInVirtualTime.of(
                vonage,
                CallsInVirtualTime.options(Map.of()),
                time,
                change -> observers.forEach(observer -> observer.accept(change)));
        private final CallPollers pollers =
                FeedInVirtualTime.pollers(calls, BudgetsInVirtualTime.of(time), time, new SimpleMeterRegistry());
        private final CallFeed feed = new CallFeed(calls, pollers, time, time);

        private Life() {
            observers.add(pollers::changed);
        }

        private AssertSubscriber<Notification> resume(long revision) {
            return feed.follow(account, guid, OptionalLong.of(revision), "caller")
                    .subscribe()
                    .withSubscriber(AssertSubscriber.create(Long.MAX_VALUE));
        }

        private CallStatus lookUp() {
            return calls.lookUp(account, guid, CacheDirectives.NONE, "")
                    .await()
                    .indefinitely()
                    .status();
        }

        private boolean isFinal(long revision) {
            return feed.isFinal(account, guid, revision)
                    .subscribe()
                    .withSubscriber(UniAssertSubscriber.create())
                    .assertCompleted()
                    .getItem();
        }
    }

    @Test
    void after_a_restart_a_reader_receives_that_the_call_has_ended_meanwhile() {
        vonage.answers(guid, ACTIVE);
        long active = new Life().lookUp().revision();
        vonage.answers(guid, DISPOSED);
        time.pass(SECOND.multipliedBy(10));

        AssertSubscriber<Notification> reader = new Life().resume(active);

        CallEvent event = events(reader).get(0);
        assertThat(event.call().vonage()).isEqualTo(DISPOSED);
        assertThat(event.call().revision()).isGreaterThan(active);
        assertThat(event.previous()).isEmpty();
        assertThat(reader.getItems()).hasSize(2).last().isInstanceOf(Notification.Completed.class);
        reader.assertCompleted();
    }

    @Test
    void what_was_read_before_the_request_does_not_answer_it() {
        vonage.answers(guid, ACTIVE);
        Life life = new Life();
        long before = life.lookUp().revision();
        vonage.answers(guid, DISPOSED);
        time.pass(Duration.ofMillis(200));

        AssertSubscriber<Notification> reader = life.resume(before - 1_000);

        // Calls are read again at most once a second.
        assertThat(reader.getItems()).isEmpty();
        time.pass(Duration.ofMillis(800));
        assertThat(events(reader).get(0).call().vonage()).isEqualTo(DISPOSED);
        assertThat(events(reader).get(0).previous()).contains(before);
    }

    @Test
    void a_revision_of_a_clock_that_runs_ahead_is_raised_above_the_one_that_the_reader_has() {
        vonage.answers(guid, ACTIVE);
        Life life = new Life();
        long ours = life.lookUp().revision();
        time.pass(SECOND.multipliedBy(2));
        long ahead = time.instant().plusSeconds(9).toEpochMilli();

        AssertSubscriber<Notification> reader = life.resume(ahead);

        assertThat(events(reader)).hasSize(1);
        assertThat(events(reader).get(0).type()).isEqualTo(EventType.OBSERVED);
        assertThat(events(reader).get(0).call().revision()).isEqualTo(ahead + 1);
        assertThat(events(reader).get(0).previous()).contains(ours);
        assertThat(life.lookUp().revision()).isEqualTo(ahead + 1);
    }

    @Test
    void a_revision_further_in_the_future_than_clocks_differ_raises_nothing() {
        vonage.answers(guid, ACTIVE);
        Life life = new Life();
        long ours = life.lookUp().revision();
        time.pass(SECOND.multipliedBy(2));

        AssertSubscriber<Notification> reader =
                life.resume(time.instant().plusSeconds(11).toEpochMilli());

        assertThat(events(reader)).hasSize(1);
        assertThat(events(reader).get(0).call().revision()).isEqualTo(ours);
        assertThat(life.lookUp().revision()).isEqualTo(ours);
    }

    @Test
    void while_the_call_cannot_be_read_the_reader_gets_the_problem_and_nothing_older() {
        vonage.answers(guid, ACTIVE);
        Life life = new Life();
        life.lookUp();
        time.pass(SECOND.multipliedBy(2));
        vonage.fails(guid, ScriptedReader.unreachable());

        AssertSubscriber<Notification> reader = life.resume(time.instant().toEpochMilli());
        time.pass(Duration.ofSeconds(20));

        assertThat(reader.getItems())
                .singleElement()
                .isInstanceOfSatisfying(
                        Notification.Failed.class,
                        failed -> assertThat(failed.reason().type()).isEqualTo(ProblemType.UPSTREAM_UNREACHABLE));
        vonage.answers(guid, DISPOSED);
        time.pass(Duration.ofSeconds(5));
        assertThat(events(reader).get(0).call().vonage()).isEqualTo(DISPOSED);
        reader.assertCompleted();
    }

    @Test
    void a_call_that_vonage_no_longer_knows_is_reported_so_and_ends_the_stream() {
        vonage.fails(guid, new UpstreamFailure.CallNotFound());

        AssertSubscriber<Notification> reader = new Life().resume(time.instant().toEpochMilli());
        time.pass(Duration.ofSeconds(5));

        assertThat(reader.getItems()).hasSize(2);
        assertThat(reader.getItems().get(0)).isInstanceOf(Notification.Failed.class);
        assertThat(reader.getItems().get(1)).isInstanceOf(Notification.Completed.class);
        reader.assertCompleted();
        assertThat(time.pending()).isZero();
    }

    @Test
    void all_who_come_back_to_a_call_at_once_share_a_reading() {
        vonage.answers(guid, () -> time.of(SECOND).map(passed -> ScriptedReader.detail(ACTIVE)));
        Life life = new Life();
        long revision = time.instant().minusSeconds(60).toEpochMilli();

        List<AssertSubscriber<Notification>> readers = IntStream.range(0, 1_000)
                .mapToObj(reader -> life.resume(revision))
                .toList();
        time.pass(SECOND);

        assertThat(readers).allSatisfy(reader -> assertThat(events(reader)).hasSize(1));
        assertThat(vonage.readings(guid)).hasSize(1);
    }

    @Test
    void a_revision_of_a_replica_that_did_not_know_the_one_before_does_not_follow_it() {
        vonage.answers(guid, ACTIVE);
        CallStatus one = new Life().lookUp();
        time.pass(SECOND);
        vonage.answers(guid, DISPOSED);
        CallStatus apart = new Life().lookUp();

        ReplayBuffer merged = ReplayBuffer.of(List.of(one, apart));

        assertThat(apart.previous()).isEmpty();
        assertThat(merged.contains(one.revision())).isFalse();
        assertThat(merged.contains(apart.revision())).isTrue();
    }

    @Test
    void nothing_follows_the_last_revision_of_a_settled_call() {
        vonage.answers(guid, DISPOSED);
        Life life = new Life();
        long revision = life.lookUp().revision();

        assertThat(life.isFinal(revision)).isTrue();
        assertThat(life.isFinal(revision - 1)).isFalse();
        assertThat(new Life().isFinal(revision)).isFalse();
    }

    private static List<CallEvent> events(AssertSubscriber<Notification> reader) {
        return reader.getItems().stream()
                .filter(Notification.Changed.class::isInstance)
                .map(notification -> ((Notification.Changed) notification).event())
                .toList();
    }
}
