package dev.callwatch.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;

import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** The sandbox sends notifications of its calls to the service, out of order and doubled, and the service acts on them. */
@QuarkusTest
@ConnectWireMock
@TestProfile(OutboundTest.OtherOptions.class)
class SandboxNotificationsTest {

    @ConfigProperty(name = "quarkus.management.test-port")
    int managementPort;

    @ConfigProperty(name = "callwatch.sandbox.port")
    int sandboxPort;

    @TestHTTPResource("/v1/accounts/sandbox/calls/")
    String calls;

    @Test
    void a_call_is_read_when_the_sandbox_notifies_of_it_and_seldom_otherwise() throws Exception {
        String guid = "00000101" + UUID.randomUUID().toString().substring(8);
        double before = readings();
        try (StreamReader stream = StreamReader.open(calls + guid + "/events")) {
            await().atMost(Duration.ofSeconds(30)).until(stream::hasEnded);
            assertThat(stream.received())
                    .containsSubsequence("call.observed 1", "end")
                    .anyMatch(received -> received.startsWith("call.completed"))
                    .anyMatch(received -> received.startsWith("call.disposition-set"));
        }
        assertThat(metric("callwatch_notifications_total{account=\"sandbox\",outcome=\"accepted\"}"))
                .isGreaterThanOrEqualTo(7);
        assertThat(metric("callwatch_notifications_total{account=\"sandbox\",outcome=\"repeated\"}"))
                .isGreaterThanOrEqualTo(1);
        // Polled at the plain intervals, a call of 13 s takes more than this.
        assertThat(readings() - before).isBetween(3.0, 7.0);
    }

    @Test
    void a_notification_is_sent_on_demand() {
        given().contentType(ContentType.JSON)
                .body(Map.of(
                        "type", "channel.ended.v1", "call", UUID.randomUUID().toString()))
                .post("http://127.0.0.1:" + sandboxPort + "/notify")
                .then()
                .statusCode(200)
                .body("status", is(204));
        for (String malformed : new String[] {"", "[]", "{}", "{\"type\":1,\"call\":\"x\"}"}) {
            given().body(malformed)
                    .post("http://127.0.0.1:" + sandboxPort + "/notify")
                    .then()
                    .statusCode(400);
        }
    }

    private double readings() {
        return metric("callwatch_upstream_requests_seconds_count{region=\"sandbox\",status=\"200\"}");
    }

    private double metric(String series) {
        return given().get("http://localhost:" + managementPort + "/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .sum();
    }
}
