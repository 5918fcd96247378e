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

    private static List<CallStatus> statuses(int count) {
        VirtualTime time = new VirtualTime();
        ScriptedReader vonage = new ScriptedReader(time);
        Calls calls = CallsInVirtualTime.of(vonage, CallsInVirtualTime.options(Map.of()), time, change -> {});
        CallGuid guid = new CallGuid(UUID.randomUUID().toString());
        Account account = AnAccount.usual();
        return IntStream.range(0, count)
                .mapToObj(number -> {
                    vonage.answers(guid, "{\"status\":\"Active\",\"number\":" + number + "}");
                    time.pass(Duration.ofSeconds(2));
                    return calls.lookUp(account, guid, new CacheDirectives(Optional.of(Duration.ZERO), false), "")
                            .await()
                            .indefinitely()
                            .status();
                })
                .toList();
    }
}
