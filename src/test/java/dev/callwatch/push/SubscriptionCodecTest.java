package dev.callwatch.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.access.Caller;
import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallGuid;
import dev.callwatch.watch.EventType;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SubscriptionCodecTest {

    private static final Instant NOW = Instant.parse("2026-11-24T09:00:00.123Z");
    private static final CallGuid GUID = new CallGuid("94e5928c-7f7e-4645-ad72-61010f906449");

    private static final Subscription WHOLE = new Subscription(
            "0123456789abcdef0123456789abcdef",
            new Caller("main", "https://issuer", "crm ü", Set.of("g"), Set.of("s", "t"), Optional.empty()),
            new AccountKey("a"),
            "https://sink.example/?x=1",
            Optional.of(ContentMode.BINARY),
            new EventTypes(Set.of(EventType.FAILED, EventType.LOST)),
            Set.of(GUID),
            NOW,
            NOW.plusSeconds(60),
            OptionalInt.of(5),
            true,
            OptionalInt.of(60),
            Optional.of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));

    private static final Subscription LEAST = new Subscription(
            WHOLE.id(),
            new Caller("none", "none", "anyone", Set.of(), Set.of(), Optional.empty()),
            WHOLE.account(),
            "crm",
            Optional.empty(),
            EventTypes.ALL,
            WHOLE.calls(),
            NOW,
            NOW.plusSeconds(60),
            OptionalInt.empty(),
            false,
            OptionalInt.empty(),
            Optional.empty());

    @Test
    void everything_is_read_as_it_was_written() {
        StoredSubscription stored = new StoredSubscription(
                WHOLE,
                new Progress(
                        Optional.of(TerminationReason.SINK_GONE),
                        true,
                        true,
                        3,
                        2,
                        1,
                        Optional.of(NOW),
                        Optional.of("410")),
                Map.of(GUID, new StoredSubscription.CallProgress(1764025459123L, true)),
                List.of(event(2, Optional.of(GUID)), event(10, Optional.empty())));
        assertThat(SubscriptionCodec.decode(SubscriptionCodec.encode(stored))).contains(stored);
    }

    @Test
    void what_is_absent_stays_absent() {
        StoredSubscription stored = StoredSubscription.of(LEAST);
        assertThat(SubscriptionCodec.decode(SubscriptionCodec.encode(stored))).contains(stored);
    }

    @Test
    void what_is_no_subscription_is_none() {
        assertThat(SubscriptionCodec.decode(Map.of())).isEmpty();
        Map<String, String> fields = new HashMap<>(SubscriptionCodec.encode(StoredSubscription.of(LEAST)));
        fields.put(SubscriptionCodec.PROGRESS, "{");
        assertThat(SubscriptionCodec.decode(fields)).isEmpty();
        fields.put(SubscriptionCodec.PROGRESS, "{\"ended\":\"NEVER\"}");
        assertThat(SubscriptionCodec.decode(fields)).isEmpty();
        fields.remove(SubscriptionCodec.PROGRESS);
        assertThat(SubscriptionCodec.decode(fields)).contains(StoredSubscription.of(LEAST));
    }

    private static StoredSubscription.StoredEvent event(long number, Optional<CallGuid> call) {
        PushEvent event = new PushEvent(
                "id" + number,
                "/source",
                "type",
                "subject",
                NOW,
                call.isPresent() ? OptionalLong.of(number) : OptionalLong.empty(),
                call.map(guid -> "00-trace"),
                "{\"größe\":1}");
        return new StoredSubscription.StoredEvent(number, call, ContentMode.BINARY, NOW, event);
    }
}
