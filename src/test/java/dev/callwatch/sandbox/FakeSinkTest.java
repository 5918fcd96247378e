package dev.callwatch.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import dev.callwatch.time.VirtualTime;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The sink of the sandbox. The library of Standard Webhooks signs what it gets. */
class FakeSinkTest {

    private static final String BODY = "{\"type\":\"dev.callwatch.call.failed\"}";

    private final VirtualTime time = new VirtualTime();
    private final FakeSink sink = new FakeSink(time);

    @Test
    void what_it_accepts_is_shown_with_whether_it_was_verified() throws Exception {
        assertThat(deliver(FakeSink.PATH, "1", signature("1", BODY)).status()).isEqualTo(204);
        assertThat(deliver(FakeSink.PATH, "2", signature("other", BODY)).status())
                .isEqualTo(204);
        assertThat(deliver(FakeSink.PATH, "3", "").status()).isEqualTo(204);
        assertThat(shown(0).getBoolean("verified")).isTrue();
        assertThat(shown(0).getJsonObject("body").getString("type")).isEqualTo("dev.callwatch.call.failed");
        assertThat(shown(1).getBoolean("verified")).isFalse();
        assertThat(shown(2).getBoolean("verified")).isFalse();
    }

    @Test
    void a_signature_counts_for_five_minutes() throws Exception {
        String signature = signature("1", BODY);
        String timestamp = timestamp();
        time.pass(Duration.ofMinutes(6));
        sink.deliver(FakeSink.PATH, headers("1", timestamp, signature), Buffer.buffer(BODY));
        assertThat(shown(0).getBoolean("verified")).isFalse();
    }

    @Test
    void the_failing_one_fails_twice_for_each_event() {
        assertThat(deliver(FakeSink.FAILING, "1", "").status()).isEqualTo(503);
        assertThat(deliver(FakeSink.FAILING, "2", "").status()).isEqualTo(503);
        assertThat(deliver(FakeSink.FAILING, "1", "").status()).isEqualTo(503);
        assertThat(deliver(FakeSink.FAILING, "1", "").status()).isEqualTo(204);
        assertThat(shown(0).getInteger("attempts")).isEqualTo(3);
    }

    @Test
    void the_gone_one_accepts_nothing() {
        assertThat(deliver(FakeSink.GONE, "1", "").status()).isEqualTo(410);
        assertThat(new JsonObject(sink.events().body()).getJsonArray("events")).isEmpty();
    }

    @Test
    void the_last_hundred_are_kept() {
        for (int i = 0; i < 150; i++) {
            deliver(FakeSink.PATH, "e" + i, "");
        }
        assertThat(new JsonObject(sink.events().body()).getJsonArray("events")).hasSize(100);
        assertThat(shown(0).getString("id")).isEqualTo("e50");
    }

    private Answer deliver(String path, String id, String signatures) {
        return sink.deliver(path, headers(id, timestamp(), signatures), Buffer.buffer(BODY));
    }

    private static Map<String, String> headers(String id, String timestamp, String signatures) {
        return Map.of("webhook-id", id, "webhook-timestamp", timestamp, "webhook-signature", signatures);
    }

    private String signature(String id, String body) throws Exception {
        return new Webhook(FakeSink.SECRET).sign(id, time.instant().getEpochSecond(), body);
    }

    private String timestamp() {
        return Long.toString(time.instant().getEpochSecond());
    }

    private JsonObject shown(int index) {
        return new JsonObject(sink.events().body()).getJsonArray("events").getJsonObject(index);
    }
}
