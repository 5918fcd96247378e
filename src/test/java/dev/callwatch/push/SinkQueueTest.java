package dev.callwatch.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.time.VirtualTime;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SinkQueueTest {

    private static final Duration DAY = Duration.ofHours(24);

    private final VirtualTime time = new VirtualTime();
    private final ScriptedSink sink = new ScriptedSink(time);
    private boolean mayDeliver = true;
    private final Outcomes outcomes = new Outcomes();
    private final DeliverySlots slots = new DeliverySlots(20);
    private final SinkQueue queue = queue(ASink.usual());

    private SinkQueue queue(Sink where) {
        return new SinkQueue(
                where,
                new SinkQueue.Dependencies(
                        sink,
                        new DeliverySchedule(() -> 0),
                        DAY,
                        () -> mayDeliver,
                        time,
                        time,
                        new PushMetrics(new SimpleMeterRegistry()),
                        slots));
    }

    /** What becomes of events, as texts. */
    private static final class Outcomes implements CallQueue.Listener {

        private final List<String> all = new ArrayList<>();

        @Override
        public void attempted(AttemptResult result) {}

        @Override
        public void done(CallQueue callQueue, Delivery delivery, boolean delivered) {
            all.add(delivery.event().id() + (delivered ? " delivered" : " given up"));
        }

        @Override
        public void gone(Deque<Delivery> removed) {
            all.add("gone with " + removed.size());
        }
    }

    @Test
    void events_of_one_call_are_sent_one_after_the_other() {
        sink.holds();
        CallQueue callQueue = new CallQueue(outcomes);
        add(callQueue, "a", "b", "c");
        assertThat(sink.ids()).containsExactly("a");
        sink.release(ScriptedSink.OK);
        assertThat(sink.ids()).containsExactly("a", "b");
        sink.release(ScriptedSink.OK);
        sink.release(ScriptedSink.OK);
        assertThat(sink.ids()).containsExactly("a", "b", "c");
        assertThat(outcomes.all).containsExactly("a delivered", "b delivered", "c delivered");
    }

    @Test
    void what_follows_waits_for_an_event_that_fails_and_other_calls_do_not() {
        sink.answers(event -> event.id().equals("a") ? ScriptedSink.refused(500) : ScriptedSink.OK);
        CallQueue one = new CallQueue(outcomes);
        CallQueue other = new CallQueue(outcomes);
        add(one, "a", "b");
        add(other, "x", "y");
        assertThat(sink.ids()).containsExactly("a", "x", "y");
        sink.answers(ScriptedSink.OK);
        time.pass(Duration.ofSeconds(5));
        assertThat(sink.ids()).containsExactly("a", "x", "y", "a", "b");
    }

    @Test
    void at_most_16_are_under_way_at_the_same_time() {
        sink.holds();
        IntStream.range(0, 20).forEach(i -> add(new CallQueue(outcomes), "e" + i));
        assertThat(sink.waiting()).isEqualTo(SinkQueue.MOST_AT_ONCE);
        sink.release(ScriptedSink.OK);
        assertThat(sink.waiting()).isEqualTo(SinkQueue.MOST_AT_ONCE);
        assertThat(sink.ids()).hasSize(17);
    }

    @Test
    void sinks_share_what_may_be_under_way_by_turns_and_nothing_is_lost() {
        sink.holds();
        SinkQueue other = queue(ASink.usual());
        SinkQueue third = queue(ASink.usual());
        IntStream.range(0, 30).forEach(i -> add(new CallQueue(outcomes), "a" + i));
        IntStream.range(0, 30).forEach(i -> other.add(new CallQueue(outcomes), delivery("b" + i)));
        third.add(new CallQueue(outcomes), delivery("c0"));
        assertThat(sink.waiting()).isEqualTo(20);
        assertThat(sink.ids()).filteredOn(id -> id.startsWith("a")).hasSize(SinkQueue.MOST_AT_ONCE);
        assertThat(sink.ids()).filteredOn(id -> id.startsWith("b")).hasSize(4);
        sink.release(ScriptedSink.OK);
        sink.release(ScriptedSink.refused(500));
        sink.release(ScriptedSink.OK);
        sink.release(ScriptedSink.OK);
        assertThat(sink.waiting()).isEqualTo(20);
        assertThat(sink.ids().subList(20, 24)).containsExactly("b4", "c0", "a16", "b5");
        while (sink.waiting() > 0) {
            assertThat(sink.waiting()).isLessThanOrEqualTo(20);
            sink.release(ScriptedSink.OK);
        }
        time.pass(Duration.ofSeconds(5));
        sink.release(ScriptedSink.OK);
        assertThat(outcomes.all).hasSize(61).doesNotHaveDuplicates().allMatch(what -> what.endsWith("delivered"));
        assertThat(queue.isIdle() && other.isIdle() && third.isIdle()).isTrue();
    }

    @Test
    void a_sink_that_has_nothing_to_send_any_more_leaves_its_turn_to_the_next() {
        sink.holds();
        SinkQueue full = queue(ASink.usual());
        SinkQueue more = queue(ASink.usual());
        IntStream.range(0, 16).forEach(i -> full.add(new CallQueue(outcomes), delivery("a" + i)));
        IntStream.range(0, 4).forEach(i -> more.add(new CallQueue(outcomes), delivery("b" + i)));
        CallQueue ended = new CallQueue(outcomes);
        add(ended, "c");
        SinkQueue last = queue(ASink.usual());
        last.add(new CallQueue(outcomes), delivery("d"));
        queue.close(ended);
        sink.release(ScriptedSink.OK);
        assertThat(sink.ids()).hasSize(21).endsWith("d");
    }

    @Test
    void a_single_event_is_tried_by_the_schedule_until_its_time_is_over() {
        sink.answers(ScriptedSink.SILENT);
        CallQueue callQueue = new CallQueue(outcomes);
        add(callQueue, "a");
        time.pass(DAY.plusHours(1));
        long minute = 60;
        long hour = 60 * minute;
        assertThat(sink.seconds())
                .containsExactly(
                        0L,
                        5L,
                        5 + 5 * minute,
                        5 + 35 * minute,
                        5 + 35 * minute + 2 * hour,
                        5 + 35 * minute + 7 * hour,
                        5 + 35 * minute + 17 * hour);
        assertThat(outcomes.all).containsExactly("a given up");
        assertThat(time.pending()).isZero();
    }

    @Test
    void retry_after_is_obeyed_for_all_events_to_the_sink() {
        sink.answers(ScriptedSink.refused(429, Duration.ofMinutes(1)));
        add(new CallQueue(outcomes), "a");
        sink.answers(ScriptedSink.OK);
        add(new CallQueue(outcomes), "b");
        time.pass(Duration.ofSeconds(59));
        assertThat(sink.ids()).containsExactly("a");
        time.pass(Duration.ofSeconds(1));
        assertThat(sink.ids()).containsExactlyInAnyOrder("a", "a", "b");
    }

    @Test
    void a_410_closes_the_queue_of_a_call() {
        sink.answers(ScriptedSink.GONE);
        CallQueue callQueue = new CallQueue(outcomes);
        sink.holds();
        add(callQueue, "a", "b");
        sink.release(ScriptedSink.GONE);
        assertThat(outcomes.all).containsExactly("gone with 2");
        assertThat(queue.add(callQueue, delivery("c"))).isFalse();
        assertThat(queue.isIdle()).isTrue();
    }

    @Test
    void a_sink_that_fails_is_probed_with_one_event_at_a_time() {
        sink.answers(ScriptedSink.SILENT);
        IntStream.range(0, 100).forEach(i -> add(new CallQueue(outcomes), "e" + i));
        assertThat(sink.ids()).hasSize(SinkHealth.FAILURES_UNTIL_PROBING);
        assertThat(queue.isFailing()).isTrue();
        time.pass(Duration.ofHours(1));
        // Three of them by the schedule, and one more with an event that it has not seen about every five minutes.
        assertThat(sink.ids()).hasSizeLessThan(40);
        sink.holds();
        time.pass(Duration.ofHours(1));
        assertThat(sink.waiting()).isEqualTo(1);
    }

    @Test
    void once_a_sink_accepts_an_event_all_that_waits_is_due() {
        sink.answers(ScriptedSink.SILENT);
        IntStream.range(0, 100).forEach(i -> add(new CallQueue(outcomes), "e" + i));
        time.pass(Duration.ofMinutes(20));
        sink.answers(ScriptedSink.OK);
        time.pass(Duration.ofMinutes(5).plusSeconds(5));
        assertThat(outcomes.all).hasSize(100).allMatch(outcome -> outcome.endsWith(" delivered"));
        assertThat(queue.isFailing()).isFalse();
        assertThat(time.pending()).isZero();
    }

    @Test
    void an_event_that_a_failing_sink_never_saw_is_given_up_in_time_too() {
        sink.answers(ScriptedSink.SILENT);
        IntStream.range(0, 1_000).forEach(i -> add(new CallQueue(outcomes), "e" + i));
        time.pass(DAY);
        assertThat(outcomes.all).hasSize(1_000).allMatch(outcome -> outcome.endsWith(" given up"));
        assertThat(queue.isIdle()).isTrue();
    }

    @Test
    void an_event_that_the_sink_refuses_does_not_hold_up_what_it_accepts() {
        sink.answers(event -> event.id().equals("bad") ? ScriptedSink.refused(422) : ScriptedSink.OK);
        add(new CallQueue(outcomes), "bad");
        for (int i = 0; i < 50; i++) {
            add(new CallQueue(outcomes), "good" + i);
            time.pass(Duration.ofMinutes(10));
        }
        assertThat(outcomes.all).hasSize(50);
        assertThat(queue.isFailing()).isFalse();
    }

    @Test
    void the_rate_that_a_sink_allows_is_kept() {
        SinkQueue slow = queue(ASink.allowing(30));
        IntStream.range(0, 5).forEach(i -> slow.add(new CallQueue(outcomes), delivery("e" + i)));
        time.pass(Duration.ofSeconds(8));
        assertThat(sink.seconds()).containsExactly(0L, 2L, 4L, 6L, 8L);
    }

    @Test
    void nothing_is_sent_while_this_replica_may_not() {
        mayDeliver = false;
        add(new CallQueue(outcomes), "a");
        time.pass(Duration.ofMinutes(1));
        assertThat(sink.ids()).isEmpty();
        mayDeliver = true;
        time.pass(Duration.ofMillis(500));
        assertThat(sink.ids()).containsExactly("a");
    }

    @Test
    void what_is_under_way_when_its_queue_is_closed_is_not_tried_again() {
        sink.holds();
        CallQueue callQueue = new CallQueue(outcomes);
        add(callQueue, "a", "b");
        assertThat(queue.close(callQueue)).hasSize(1);
        assertThat(queue.pending(callQueue)).isEqualTo(1);
        sink.release(ScriptedSink.SILENT);
        assertThat(queue.pending(callQueue)).isZero();
        assertThat(outcomes.all).containsExactly("a given up");
        time.pass(DAY);
        assertThat(sink.ids()).containsExactly("a");
    }

    @Test
    void a_queue_that_waits_is_closed_at_once() {
        sink.answers(ScriptedSink.SILENT);
        CallQueue callQueue = new CallQueue(outcomes);
        add(callQueue, "a", "b");
        assertThat(queue.nextAttempt(callQueue)).contains(time.instant().plusSeconds(5));
        assertThat(queue.close(callQueue)).hasSize(2);
        assertThat(queue.isIdle()).isTrue();
        time.pass(DAY);
        assertThat(sink.ids()).containsExactly("a");
    }

    private void add(CallQueue callQueue, String... ids) {
        for (String id : ids) {
            queue.add(callQueue, delivery(id));
        }
    }

    private Delivery delivery(String id) {
        PushEvent event = new PushEvent(
                id, "/source", "type", "subject", time.now(), OptionalLong.empty(), Optional.empty(), "{}");
        return new Delivery(event, ContentMode.STRUCTURED, time.instant());
    }
}
