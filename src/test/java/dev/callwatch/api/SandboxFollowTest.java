package dev.callwatch.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** A sink that follows gets every call of the sandbox: those that are looked up, and those that begin by themselves. */
@QuarkusTest
@ConnectWireMock
@TestProfile(SandboxFollowTest.Following.class)
class SandboxFollowTest {

    private static final Duration A_CALL = Duration.ofSeconds(60);
    private static final String UNASKED = "00000102-0000-0000-0000-000000000001";

    public static class Following extends OutboundTest.OtherOptions {
        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> settings = new HashMap<>(super.getConfigOverrides());
            settings.put("callwatch.accounts.sandbox.notifications.follow", "true");
            settings.put("callwatch.push.sinks.sandbox.follow", "true");
            return settings;
        }
    }

    @ConfigProperty(name = "callwatch.sandbox.port")
    int sandboxPort;

    @Test
    void a_call_that_is_looked_up_is_pushed_without_a_subscription() {
        String guid = "00000200" + UUID.randomUUID().toString().substring(8);
        given().get("/v1/accounts/sandbox/calls/{guid}", guid).then().statusCode(200);
        await().until(() -> types(guid).equals(List.of("dev.callwatch.call.observed")));
        Map<String, Object> event = events(guid).get(0);
        assertThat(event).containsEntry("verified", true);
        assertThat(event.toString()).contains("telephoneNumber").doesNotContain("02072068888");
    }

    @Test
    void a_call_that_begins_by_itself_is_in_the_list_and_at_the_sink_from_its_beginning_to_its_end() {
        await().atMost(A_CALL).until(() -> types(UNASKED).contains("dev.callwatch.call.disposition-set"));
        assertThat(types(UNASKED)).startsWith("dev.callwatch.call.observed").contains("dev.callwatch.call.completed");
        assertThat(given().get("/v1/accounts/sandbox/calls?state=completed")
                        .jsonPath()
                        .getList("calls.id"))
                .contains(UNASKED);
        List<Map<String, Object>> events = events(UNASKED);
        for (int i = 1; i < events.size(); i++) {
            assertThat(data(events.get(i)).get("previous")).isEqualTo(revision(events.get(i - 1)));
        }
    }

    private static Object revision(Map<String, Object> event) {
        return ((Map<?, ?>) data(event).get("call")).get("revision");
    }

    private static Map<?, ?> data(Map<String, Object> event) {
        return (Map<?, ?>) ((Map<?, ?>) event.get("body")).get("data");
    }

    private List<String> types(String guid) {
        return events(guid).stream()
                .map(event -> (String) ((Map<?, ?>) event.get("body")).get("type"))
                .toList();
    }

    private List<Map<String, Object>> events(String guid) {
        return given().get("http://127.0.0.1:" + sandboxPort + "/sink")
                .jsonPath()
                .getList("events.findAll { it.body.subject == '" + guid + "' }");
    }
}
