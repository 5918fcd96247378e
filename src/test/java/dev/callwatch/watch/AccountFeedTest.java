package dev.callwatch.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.Account;
import dev.callwatch.account.AccountKey;
import dev.callwatch.account.AnAccount;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.LogAppended;
import dev.callwatch.call.ReplicasReconnected;
import dev.callwatch.call.RevisionLog;
import dev.callwatch.call.SharedUnavailable;
import dev.callwatch.time.VirtualTime;
import dev.callwatch.vonage.ScriptedReader;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class AccountFeedTest {

    private static final CallKey CALL =
            new CallKey(new AccountKey("a"), new CallGuid("94e5928c-7f7e-4645-ad72-61010f906449"));

    private final VirtualTime time = new VirtualTime();
    private final Log log = new Log();
    private final AccountFeed feed = new AccountFeed(log, time);
    private final Account account = AnAccount.usual();

    @Test
    void who_follows_an_account_gets_what_happens_from_now_on() {
        append("{\"status\":\"Active\"}");
        AssertSubscriber<AccountFeed.Item> subscriber = follow(Optional.empty(), 100);
        assertThat(received(subscriber)).isEmpty();
        append("{\"status\":null}");
        append("{\"status\":null,\"dispositionCode\":\"Sale\"}");
        assertThat(received(subscriber)).containsExactly("2 call.completed", "3 call.disposition-set");
    }

    @Test
    void who_comes_back_gets_what_it_missed_and_nothing_twice() {
        append("{\"status\":\"Active\"}");
        append("{\"status\":null}");
        AssertSubscriber<AccountFeed.Item> subscriber = follow(Optional.of("1"), 100);
        append("{\"status\":null,\"dispositionCode\":\"Sale\"}");
        assertThat(received(subscriber)).containsExactly("2 call.completed", "3 call.disposition-set");
    }

    @Test
    void a_gap_is_sent_and_then_what_happens_after_it() {
        append("{\"status\":\"Active\"}");
        append("{\"status\":null}");
        AssertSubscriber<AccountFeed.Item> subscriber = follow(Optional.of("unknown"), 100);
        assertThat(received(subscriber)).containsExactly("2 gap");
        append("{\"status\":null,\"dispositionCode\":\"Sale\"}");
        assertThat(received(subscriber)).containsExactly("2 gap", "3 call.disposition-set");
    }

    @Test
    void a_slow_subscriber_gets_everything_later() {
        AssertSubscriber<AccountFeed.Item> subscriber = follow(Optional.empty(), 1);
        for (int i = 0; i < 300; i++) {
            append(i % 2 == 0 ? "{\"status\":\"Active\"}" : "{\"status\":null}");
        }
        assertThat(received(subscriber)).hasSize(1);
        subscriber.request(1_000);
        assertThat(received(subscriber)).hasSize(300).endsWith("300 call.completed");
    }

    @Test
    void what_was_appended_unannounced_arrives_within_five_seconds_or_when_replicas_reach_each_other_again() {
        AssertSubscriber<AccountFeed.Item> subscriber = follow(Optional.empty(), 100);
        log.append("{\"status\":\"Active\"}");
        assertThat(received(subscriber)).isEmpty();
        time.pass(Duration.ofSeconds(5));
        assertThat(received(subscriber)).containsExactly("1 call.observed");
        log.append("{\"status\":null}");
        feed.reconnected(new ReplicasReconnected());
        assertThat(received(subscriber)).hasSize(2);
    }

    @Test
    void who_follows_what_replicas_share_waits_while_that_cannot_be_read() {
        append("{\"status\":\"Active\"}");
        log.isAway = true;
        String[] from = new String[1];
        feed.sharedPosition(account).subscribe().with(position -> from[0] = position);
        assertThat(from[0]).isNull();
        log.isAway = false;
        time.pass(Duration.ofSeconds(1));
        assertThat(from[0]).isEqualTo("1");
        AssertSubscriber<AccountFeed.Item> subscriber =
                feed.followShared(account, from[0]).subscribe().withSubscriber(AssertSubscriber.create(100));
        log.isAway = true;
        append("{\"status\":null}");
        time.pass(Duration.ofMinutes(1));
        assertThat(received(subscriber)).isEmpty();
        log.isAway = false;
        time.pass(Duration.ofSeconds(6));
        assertThat(received(subscriber)).containsExactly("2 call.completed");
    }

    @Test
    void nothing_runs_once_a_subscriber_has_left() {
        AssertSubscriber<AccountFeed.Item> subscriber = follow(Optional.empty(), 100);
        assertThat(time.pending()).isOne();
        subscriber.cancel();
        assertThat(time.pending()).isZero();
    }

    @Test
    void at_the_end_of_the_process_subscribers_are_let_go() {
        AssertSubscriber<AccountFeed.Item> subscriber = follow(Optional.empty(), 100);
        feed.close(null);
        subscriber.assertCompleted();
        assertThat(time.pending()).isZero();
        follow(Optional.empty(), 100).assertCompleted();
    }

    private void append(String document) {
        log.append(document);
        feed.appended(new LogAppended(account.key()));
    }

    private AssertSubscriber<AccountFeed.Item> follow(Optional<String> after, long demand) {
        String position = after.orElseGet(() -> feed.position(account).await().indefinitely());
        return feed.follow(account, position).subscribe().withSubscriber(AssertSubscriber.create(demand));
    }

    private static List<String> received(AssertSubscriber<AccountFeed.Item> subscriber) {
        return subscriber.getItems().stream()
                .map(item -> item.position() + " "
                        + (item instanceof AccountFeed.Item.Revision revision
                                ? revision.event().type().wireName()
                                : "gap"))
                .toList();
    }

    /** Positions are the numbers of the entries. */
    private final class Log implements RevisionLog {

        private final List<Entry> entries = new ArrayList<>();
        private boolean isAway;

        private void append(String document) {
            Optional<CallStatus> before = entries.isEmpty()
                    ? Optional.empty()
                    : Optional.of(entries.get(entries.size() - 1).now());
            CallStatus now = CallStatus.of(
                    CALL,
                    Optional.empty(),
                    ScriptedReader.detail(document),
                    entries.size() + 1L,
                    OptionalLong.empty(),
                    CallStatus.Observed.of(time.now(), time.now(), Optional.empty(), Optional.empty()));
            entries.add(new Entry(Integer.toString(entries.size() + 1), before, now));
        }

        @Override
        public Uni<Slice> readShared(AccountKey key, Optional<String> after, int most) {
            return isAway ? Uni.createFrom().failure(new SharedUnavailable("away", true) {}) : read(key, after, most);
        }

        @Override
        public Uni<Slice> read(AccountKey key, Optional<String> after, int most) {
            String end = Integer.toString(entries.size());
            if (after.isEmpty()) {
                return Uni.createFrom().item(new Slice(List.of(), end, true));
            }
            if (after.get().equals("unknown")) {
                return Uni.createFrom().item(new Slice(List.of(), end, false));
            }
            List<Entry> next = entries.stream()
                    .skip(Integer.parseInt(after.get()))
                    .limit(most)
                    .toList();
            return Uni.createFrom()
                    .item(new Slice(
                            next,
                            next.isEmpty()
                                    ? after.get()
                                    : next.get(next.size() - 1).position(),
                            true));
        }
    }
}
