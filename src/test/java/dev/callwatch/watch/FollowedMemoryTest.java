package dev.callwatch.watch;

import static dev.callwatch.watch.FeedInVirtualTime.types;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.callwatch.account.AnAccount;
import dev.callwatch.call.CallGuid;
import dev.callwatch.problem.ProblemType;
import dev.callwatch.time.VirtualTime;
import dev.callwatch.vonage.ScriptedReader;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FollowedMemoryTest {

    private static final Duration A_WHILE = Duration.ofMinutes(1);

    private final VirtualTime time = new VirtualTime();
    private final ScriptedReader vonage = new ScriptedReader(time);
    private final FollowedMemory memory = new FollowedMemory(100_000);
    private final CallFeed feed = FeedInVirtualTime.of(vonage, time, memory);
    private int readings;

    @Test
    void a_call_for_whose_document_there_is_no_room_is_followed_once_others_have_left() {
        List<AssertSubscriber<Notification>> first =
                Stream.generate(() -> follow(40_000)).limit(2).toList();
        CallGuid guid = guid();
        large(guid, 40_000);
        AssertSubscriber<Notification> second = follow(guid);
        assertThat(types(second)).containsExactly(ProblemType.UPSTREAM_UNAVAILABLE.code());
        first.forEach(one -> assertThat(types(one)).containsExactly("call.observed"));

        first.get(0).cancel();
        time.pass(A_WHILE);
        assertThat(types(second)).containsExactly(ProblemType.UPSTREAM_UNAVAILABLE.code(), "call.observed");
    }

    @Test
    void where_there_is_no_room_for_all_revisions_of_a_call_those_who_come_later_get_the_last_one() {
        CallGuid guid = guid();
        large(guid, 40_000);
        AssertSubscriber<Notification> reader = follow(guid);
        change(guid, 5, 40_000);
        assertThat(types(reader)).hasSize(6).doesNotContain(ProblemType.UPSTREAM_UNAVAILABLE.code());
        assertThat(types(follow(guid))).containsExactly("call.observed");
        assertThat(types(follow(40_000))).containsExactly("call.observed");
    }

    @Test
    void small_revisions_that_the_cache_keeps_are_not_counted() {
        CallGuid guid = guid();
        large(guid, 10_000);
        long first = firstRevision(follow(guid));
        change(guid, 20, 10_000);
        assertThat(types(follow(feed, guid, OptionalLong.of(first)))).hasSize(20);
    }

    /** However many calls are followed, what the cache keeps is there for those who come back. */
    @Test
    void a_history_of_small_documents_needs_nothing_to_spare() {
        CallGuid guid = guid();
        large(guid, 1_000);
        long first = firstRevision(follow(guid));
        Stream.generate(() -> follow(45_000)).limit(2).toList();
        change(guid, 5, 1_000);
        assertThat(types(follow(feed, guid, OptionalLong.of(first)))).hasSize(5);
    }

    @Test
    void a_history_has_the_last_documents_up_to_a_mebibyte() {
        CallFeed roomy = FeedInVirtualTime.of(vonage, time);
        CallGuid guid = guid();
        large(guid, 400_000);
        follow(roomy, guid, OptionalLong.empty());
        change(guid, 4, 400_000);
        List<CallEvent> history = revisions(roomy, guid);
        assertThat(history).hasSize(2);
        assertThat(history.get(0).type()).isEqualTo(EventType.OBSERVED);
        assertThat(history.get(0).previous()).isPresent();
        assertThat(history.get(1).call().vonage()).contains("\"connectTo\":\"4\"");
        large(guid, 2_000_000);
        time.pass(A_WHILE);
        assertThat(revisions(roomy, guid)).hasSize(1);
    }

    private static List<CallEvent> revisions(CallFeed some, CallGuid guid) {
        return some.revisionsForOneAnswer(AnAccount.usual(), guid).await().indefinitely();
    }

    @Test
    void a_revision_for_which_there_is_no_room_replaces_none_that_is_known() {
        CallGuid guid = guid();
        large(guid, 1_000);
        AssertSubscriber<Notification> reader = follow(guid);
        large(guid, 200_000);
        time.pass(A_WHILE);
        assertThat(types(reader)).containsExactly("call.observed", ProblemType.UPSTREAM_UNAVAILABLE.code());
        large(guid, 1_000);
        time.pass(A_WHILE);
        assertThat(types(reader)).hasSize(3).last().asString().startsWith("call.");
    }

    /** Even one that does not fit is polled seldom, as after another failure. */
    @Test
    void a_call_for_which_there_is_no_room_is_polled_seldom() {
        follow(200_000);
        vonage.readings().clear();
        time.pass(A_WHILE);
        assertThat(vonage.readings()).hasSizeBetween(10, 13);
    }

    @Test
    void all_is_given_back() {
        FollowedMemory.Share share = memory.share();
        assertThat(share.take(60_000)).isTrue();
        assertThat(memory.share().take(60_000)).isFalse();
        assertThat(share.take(100_001)).isFalse();
        assertThat(share.take(40_000)).isTrue();
        assertThat(memory.share().take(60_000)).isTrue();
        share.close();
        share.close();
        assertThat(share.take(1_000_000)).isTrue();
        assertThat(memory.share().take(40_000)).isTrue();
        assertThat(memory.share().take(1)).isFalse();
    }

    @Test
    void what_was_handed_out_is_forgotten() {
        List<Object> items = new ArrayList<>(List.of(new Object(), new Object()));
        HandedOut<Object> iterable = new HandedOut<>(items);
        WeakReference<Object> first = new WeakReference<>(items.get(0));
        items.clear();
        Iterator<Object> iterator = iterable.iterator();
        iterator.next();
        await().until(() -> {
            System.gc();
            return first.get() == null;
        });
        assertThat(iterator.hasNext()).isTrue();
    }

    private AssertSubscriber<Notification> follow(int length) {
        CallGuid guid = guid();
        large(guid, length);
        return follow(guid);
    }

    private AssertSubscriber<Notification> follow(CallGuid guid) {
        return follow(feed, guid, OptionalLong.empty());
    }

    private static AssertSubscriber<Notification> follow(CallFeed some, CallGuid guid, OptionalLong revision) {
        return some.follow(AnAccount.usual(), guid, revision, "caller")
                .subscribe()
                .withSubscriber(AssertSubscriber.create(Long.MAX_VALUE));
    }

    private static long firstRevision(AssertSubscriber<Notification> reader) {
        return ((Notification.Changed) reader.getItems().get(0)).event().call().revision();
    }

    /** Each change is polled before the next one. */
    private void change(CallGuid guid, int times, int length) {
        for (int i = 0; i < times; i++) {
            large(guid, length);
            time.pass(A_WHILE);
        }
    }

    /** Each time another revision. */
    private void large(CallGuid guid, int length) {
        vonage.answers(
                guid,
                "{\"status\":\"Active\",\"connectTo\":\"" + readings++ + "\",\"more\":\"" + "x".repeat(length) + "\"}");
    }

    private static CallGuid guid() {
        return new CallGuid(UUID.randomUUID().toString());
    }
}
