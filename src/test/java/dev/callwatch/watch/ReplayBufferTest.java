package dev.callwatch.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.Account;
import dev.callwatch.account.AnAccount;
import dev.callwatch.call.CacheDirectives;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Calls;
import dev.callwatch.call.CallsInVirtualTime;
import dev.callwatch.time.VirtualTime;
import dev.callwatch.vonage.ScriptedReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReplayBufferTest {

    private final VirtualTime time = new VirtualTime();
    private final ScriptedReader vonage = new ScriptedReader(time);
    private final Calls calls = CallsInVirtualTime.of(vonage, CallsInVirtualTime.options(Map.of()), time, change -> {});
    private final CallGuid guid = new CallGuid(UUID.randomUUID().toString());
    private final Account account = AnAccount.usual();
    private final List<CallStatus> statuses = statuses(4);
    private final ReplayBuffer buffer = ReplayBuffer.of(statuses);

    @Test
    void events_before_a_revision_can_be_left_out() {
        ReplayBuffer shorter = buffer.since(statuses.get(2).revision());
        assertThat(shorter.events())
                .extracting(event -> event.call().revision())
                .containsExactly(statuses.get(2).revision(), statuses.get(3).revision());
        assertThat(shorter.current()).isEqualTo(buffer.current());
    }

    @Test
    void the_last_event_stays_so_that_everybody_gets_the_current_status() {
        ReplayBuffer shortest = buffer.since(Long.MAX_VALUE);
        assertThat(shortest.events()).hasSize(1);
        assertThat(shortest.after(statuses.get(0).revision()))
                .extracting(CallEvent::call)
                .containsExactly(statuses.get(3));
        assertThat(shortest.since(Long.MAX_VALUE)).isSameAs(shortest);
    }

    @Test
    void nothing_changes_where_all_is_kept() {
        assertThat(buffer.since(statuses.get(0).revision())).isSameAs(buffer);
        assertThat(ReplayBuffer.of(List.of()).since(7).events()).isEmpty();
    }

    @Test
    void a_revision_that_is_followed_by_changes_is_contained() {
        assertThat(statuses).allMatch(status -> buffer.contains(status.revision()));
        assertThat(buffer.contains(statuses.get(0).revision() - 1)).isFalse();
        assertThat(buffer.contains(statuses.get(3).revision() + 1)).isFalse();
    }

    /** Another replica may have confirmed it since, so that a subscriber would get a status that was observed before what it has. */
    @Test
    void a_revision_that_is_followed_by_its_repetition_is_not_contained() {
        CallStatus last = statuses.get(3);
        CallStatus repeated = repeat(last);
        ReplayBuffer repeating = buffer.with(repeated);
        assertThat(repeating.contains(last.revision())).isFalse();
        assertThat(repeating.contains(statuses.get(2).revision())).isTrue();
        assertThat(repeating.contains(repeated.revision())).isTrue();
    }

    @Test
    void the_current_revision_has_the_times_of_its_last_observation() {
        CallStatus last = statuses.get(3);
        time.pass(Duration.ofSeconds(2));
        CallStatus confirmed = lookUp();
        assertThat(confirmed.revision()).isEqualTo(last.revision());
        ReplayBuffer now = buffer.with(confirmed);
        assertThat(now.events()).hasSameSizeAs(buffer.events());
        assertThat(now.events().get(3).call().observed().at())
                .isAfter(last.observed().at());
        assertThat(now.events().get(3).type()).isEqualTo(buffer.events().get(3).type());
        assertThat(now.current()).contains(confirmed);
        assertThat(now.with(last)).isSameAs(now);
    }

    private List<CallStatus> statuses(int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> {
                    vonage.answers(guid, "{\"status\":\"Active\",\"number\":" + number + "}");
                    time.pass(Duration.ofSeconds(2));
                    return lookUp();
                })
                .toList();
    }

    private CallStatus lookUp() {
        return calls.lookUp(account, guid, new CacheDirectives(Optional.of(Duration.ZERO), false), "")
                .await()
                .indefinitely()
                .status();
    }

    private CallStatus repeat(CallStatus status) {
        time.pass(Duration.ofSeconds(2));
        return calls.readAgain(account, guid, status.revision(), "").await().indefinitely();
    }
}
