package dev.callwatch.push;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cloudevents.CloudEvent;
import io.cloudevents.http.HttpMessageFactory;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class EventEncoderTest {

    private static final String GUID = "94e5928c-7f7e-4645-ad72-61010f906449";
    private static final String DATA = "{\"type\":\"call.failed\",\"call\":{\"größe\":1.10}}";
    private static final String TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final PushEvent EVENT = new PushEvent(
            GUID + ":1764025459123",
            "https://callwatch.example/v1/accounts/a/calls/" + GUID,
            "dev.callwatch.call.failed",
            GUID,
            Instant.parse("2026-11-24T09:00:00.123Z"),
            OptionalLong.of(1764025459123L),
            Optional.of(TRACEPARENT),
            DATA);

    @Test
    void a_structured_event_is_one_json_document() throws Exception {
        EventEncoder.Encoded request = EventEncoder.encode(EVENT, ContentMode.STRUCTURED, Map.of());
        assertThat(header(request, "content-type")).isEqualTo("application/cloudevents+json");
        JsonNode event = new ObjectMapper().readTree(request.body());
        assertThat(event.path("specversion").asText()).isEqualTo("1.0");
        assertThat(event.path("id").asText()).isEqualTo(EVENT.id());
        assertThat(event.path("source").asText()).isEqualTo(EVENT.source());
        assertThat(event.path("type").asText()).isEqualTo(EVENT.type());
        assertThat(event.path("subject").asText()).isEqualTo(GUID);
        assertThat(event.path("time").asText()).isEqualTo("2026-11-24T09:00:00.123Z");
        assertThat(event.path("sequence").asText()).isEqualTo("1764025459123");
        assertThat(event.path("partitionkey").asText()).isEqualTo(GUID);
        assertThat(event.path("traceparent").asText()).isEqualTo(TRACEPARENT);
        assertThat(event.path("datacontenttype").asText()).isEqualTo("application/json");
        assertThat(event.path("data").path("call").path("größe").asText()).isEqualTo("1.1");
        assertThat(new String(request.body(), StandardCharsets.UTF_8)).contains("\"data\":" + DATA);
    }

    @Test
    void a_binary_event_has_its_attributes_in_headers() {
        EventEncoder.Encoded request = EventEncoder.encode(EVENT, ContentMode.BINARY, Map.of("region", "emea"));
        assertThat(new String(request.body(), StandardCharsets.UTF_8)).isEqualTo(DATA);
        assertThat(header(request, "content-type")).isEqualTo("application/json");
        assertThat(header(request, "ce-id")).isEqualTo(EVENT.id());
        assertThat(header(request, "ce-sequence")).isEqualTo("1764025459123");
        assertThat(header(request, "ce-traceparent")).isEqualTo(TRACEPARENT);
        assertThat(header(request, "ce-region")).isEqualTo("emea");
        CloudEvent read = HttpMessageFactory.createReader(request.headers(), request.body())
                .toEvent();
        assertThat(read.getExtension("partitionkey")).isEqualTo(GUID);
        assertThat(read.getTime().toInstant()).isEqualTo(EVENT.time());
    }

    private static String header(EventEncoder.Encoded request, String name) {
        return request.headers().entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow()
                .getValue();
    }
}
