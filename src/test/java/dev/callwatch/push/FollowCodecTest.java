package dev.callwatch.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.call.CallGuid;
import dev.callwatch.push.StoredSubscription.CallProgress;
import dev.callwatch.push.StoredSubscription.StoredEvent;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class FollowCodecTest {

    private static final CallGuid CALL = new CallGuid("94e5928c-7f7e-4645-ad72-61010f906449");
    private static final Instant NOW = Instant.parse("2026-11-24T09:00:00Z");

    private final StoredFollow stored = new StoredFollow(
            Optional.of(new StoredFollow.Position("1764-0", NOW)),
            Map.of(CALL, new CallProgress(7, false)),
            List.of(
                    new StoredEvent(1, Optional.of(CALL), ContentMode.BINARY, NOW, event("a")),
                    new StoredEvent(2, Optional.of(CALL), ContentMode.STRUCTURED, NOW, event("b"))));

    @Test
    void what_is_written_is_read() {
        assertThat(FollowCodec.decode(FollowCodec.encode(stored))).contains(stored);
        assertThat(FollowCodec.decode(FollowCodec.encode(StoredFollow.NOTHING))).contains(StoredFollow.NOTHING);
    }

    @Test
    void what_is_none_is_not_read() {
        Map<String, String> malformed = new HashMap<>(FollowCodec.encode(stored));
        malformed.put(FollowCodec.POSITION, "{");
        assertThat(FollowCodec.decode(malformed)).isEmpty();
        assertThat(FollowCodec.decode(Map.of())).isEmpty();
        assertThat(FollowCodec.decode(Map.of("follow", "2"))).isEmpty();
    }

    private static PushEvent event(String id) {
        return new PushEvent(id, "/x", "t", CALL.value(), NOW, OptionalLong.of(7), Optional.empty(), "{}");
    }
}
