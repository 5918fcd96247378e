package dev.callwatch.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class EncodedEventsTest {

    private final EncodedEvents requests = new EncodedEvents();

    @Test
    void an_event_is_encoded_once_for_all_that_get_the_same() {
        PushEvent event = event("1");
        EncodedEvents.Request request = requests.of(event, ContentMode.STRUCTURED, Map.of());
        assertThat(requests.of(event, ContentMode.STRUCTURED, Map.of())).isSameAs(request);
        assertThat(request.body().getBytes()).isEqualTo(request.encoded().body());
    }

    @Test
    void whoever_gets_another_event_or_the_same_in_another_form_gets_it_so() {
        PushEvent event = event("1");
        requests.of(event, ContentMode.STRUCTURED, Map.of());
        assertThat(body(requests.of(event, ContentMode.BINARY, Map.of()))).isEqualTo("{\"revision\":1}");
        assertThat(body(requests.of(event, ContentMode.STRUCTURED, Map.of("region", "emea"))))
                .contains("\"region\":\"emea\"");
        assertThat(body(requests.of(event, ContentMode.STRUCTURED, Map.of()))).doesNotContain("emea");
        assertThat(body(requests.of(event("2"), ContentMode.STRUCTURED, Map.of())))
                .contains("{\"revision\":2}");
    }

    private static String body(EncodedEvents.Request request) {
        return request.body().toString(StandardCharsets.UTF_8);
    }

    private static PushEvent event(String revision) {
        return new PushEvent(
                "94e5928c-7f7e-4645-ad72-61010f906449:" + revision,
                "/v1/accounts/a/calls/94e5928c-7f7e-4645-ad72-61010f906449",
                "dev.callwatch.call.failed",
                "94e5928c-7f7e-4645-ad72-61010f906449",
                Instant.parse("2026-11-24T09:00:00Z"),
                OptionalLong.of(Long.parseLong(revision)),
                Optional.empty(),
                "{\"revision\":" + revision + "}");
    }
}
