package dev.callwatch.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.AnAccount;
import dev.callwatch.call.CacheDirectives;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallsInVirtualTime;
import dev.callwatch.time.VirtualTime;
import dev.callwatch.vonage.ScriptedReader;
import dev.callwatch.watch.CallEvent;
import dev.callwatch.watch.EventType;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PushEventsTest {

    private static final Optional<String> UNTRACED = Optional.empty();

    private final PushEvents events = new PushEvents(
            "",
            (event, numbers) ->
                    "{\"numbers\":" + numbers + ",\"id\":\"" + event.call().id() + "\"}");

    @Test
    void all_who_get_the_same_get_the_same_object() {
        CallEvent event = event();
        PushEvent first = events.of(event, EventType.ACTIVE, UNTRACED, true);
        assertThat(events.of(event, EventType.ACTIVE, UNTRACED, true)).isSameAs(first);
    }

    @Test
    void whoever_may_see_less_or_asked_otherwise_gets_an_event_of_their_own() {
        CallEvent event = event();
        events.of(event, EventType.ACTIVE, UNTRACED, true);
        assertThat(events.of(event, EventType.ACTIVE, UNTRACED, false).data()).contains("\"numbers\":false");
        assertThat(events.of(event, EventType.ACTIVE, UNTRACED, true).data()).contains("\"numbers\":true");
        assertThat(events.of(event, EventType.FAILED, UNTRACED, true).type()).isEqualTo("dev.callwatch.call.failed");
        assertThat(events.of(event, EventType.FAILED, Optional.of("00-1"), true).traceparent())
                .contains("00-1");
        assertThat(events.of(event, EventType.FAILED, UNTRACED, true).traceparent())
                .isEmpty();
        CallEvent other = event();
        assertThat(events.of(other, EventType.FAILED, UNTRACED, true).subject())
                .isEqualTo(other.call().id());
    }

    private static CallEvent event() {
        VirtualTime time = new VirtualTime();
        ScriptedReader vonage = new ScriptedReader(time);
        CallGuid guid = new CallGuid(UUID.randomUUID().toString());
        vonage.answers(guid, "{\"status\":\"Active\"}");
        return CallEvent.observed(
                CallsInVirtualTime.of(vonage, CallsInVirtualTime.options(Map.of()), time, change -> {})
                        .lookUp(AnAccount.usual(), guid, CacheDirectives.NONE, "")
                        .await()
                        .indefinitely()
                        .status());
    }
}
