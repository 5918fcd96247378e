package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import com.github.tomakehurst.wiremock.client.WireMock;
import dev.callwatch.MeetsContract;
import dev.callwatch.vonage.ANotification;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@QuarkusTest
@ConnectWireMock
@ExtendWith(MeetsContract.class)
class NotificationTest {

    private static final String PATH = "/v1/notifications/notified";
    private static final String CLOUD_EVENT = "application/cloudevents+json";

    WireMock wireMock;

    @ConfigProperty(name = "quarkus.management.test-port")
    int managementPort;

    @Test
    void a_call_that_is_remembered_is_read_when_a_notification_names_it() {
        VonageStub vonage = lookedUp();
        send(notification(vonage, "channel.recorded.v1")).then().statusCode(204);
        await().until(() -> vonage.callRequests() == 2);
        given().get("http://localhost:" + managementPort + "/q/metrics")
                .then()
                .body(containsString("callwatch_notifications_total{account=\"notified\",outcome=\"accepted\"}"))
                .body(containsString("callwatch_notifications_readings_total{account=\"notified\"}"));
    }

    @Test
    void a_notification_that_comes_again_is_answered_in_the_same_way_and_reads_nothing() {
        VonageStub vonage = lookedUp();
        String body = notification(vonage, "channel.connected.v1");
        send(body).then().statusCode(204);
        await().until(() -> vonage.callRequests() == 2);
        send(body).then().statusCode(204);
        String later = notification(vonage, "channel.connected.v1");
        send(later).then().statusCode(204);
        await().until(() -> vonage.callRequests() == 3);
        assertThat(vonage.callRequests()).isEqualTo(3);
    }

    @Test
    void forged_signatures_are_refused_in_the_same_words_and_only_the_audit_log_says_why() {
        VonageStub vonage = lookedUp();
        String body = notification(vonage, "channel.ended.v1");
        String signature = ANotification.signature(body);
        byte[] otherKey = new byte[32];
        LogRecorder log = new LogRecorder();
        log.start();
        String refusal;
        try {
            refusal = refused(given().body(body));
            assertThat(refused(given().header("Vonage-Signature", signature).body(body + " ")))
                    .isEqualTo(refusal);
            assertThat(refused(given().header(
                                    "Vonage-Signature",
                                    ANotification.signature(body, otherKey, Instant.now(), claims -> {}))
                            .body(body)))
                    .isEqualTo(refusal);
            assertThat(refused(given().header(
                                    "Vonage-Signature",
                                    ANotification.signature(
                                            body,
                                            ANotification.key(),
                                            Instant.now().minusSeconds(1_000),
                                            claims -> {}))
                            .body(body)))
                    .isEqualTo(refusal);
            for (String account : new String[] {"shared", "none", "a b"}) {
                given().contentType(CLOUD_EVENT)
                        .header("Vonage-Signature", signature)
                        .body(body)
                        .post("/v1/notifications/" + account)
                        .then()
                        .statusCode(401);
            }
        } finally {
            log.stop();
        }
        assertThat(log.lines())
                .anyMatch(line -> line.contains("outcome=unauthenticated reason=no-signature account=notified"))
                .anyMatch(line -> line.contains("reason=payload-hash account=notified"))
                .anyMatch(line -> line.contains("reason=signature account=notified"))
                .anyMatch(line -> line.contains("reason=expired account=notified"))
                .anyMatch(line -> line.contains("reason=no-such-account"))
                .noneMatch(line -> line.contains(signature.substring(20)) || line.contains("planted"));
        assertThat(refusal).doesNotContain("payload", "expired");
        assertThat(vonage.callRequests()).isOne();
    }

    @Test
    void what_is_signed_but_no_cloud_event_is_malformed() {
        for (String body : new String[] {"{}", "nonsense", "[]", "{\"specversion\":\"1.0\",\"type\":\"x\"}"}) {
            send(body)
                    .then()
                    .statusCode(400)
                    .body("type", is("urn:callwatch:problem:invalid-request"))
                    .body("violations[0].field", is("body"));
        }
    }

    @Test
    void a_type_without_meaning_here_is_taken() {
        send("{\"specversion\":\"1.0\",\"type\":\"x.y\",\"id\":\"" + UUID.randomUUID() + "\",\"source\":\"/z\"}")
                .then()
                .statusCode(204);
    }

    @Test
    void bodies_that_are_too_large_and_other_media_types_and_methods_are_refused() {
        String large = "{\"specversion\":\"1.0\",\"data\":\"" + "x".repeat(64 * 1024) + "\"}";
        send(large).then().statusCode(413);
        String body = "{}";
        given().contentType("application/json")
                .header("Vonage-Signature", ANotification.signature(body))
                .body(body)
                .post(PATH)
                .then()
                .statusCode(415);
        given().contentType(CLOUD_EVENT + "; charset=utf-8")
                .header("Vonage-Signature", ANotification.signature(body))
                .body(body)
                .post(PATH)
                .then()
                .statusCode(400);
        given().get(PATH).then().statusCode(405).header("Allow", "POST, OPTIONS");
    }

    private VonageStub lookedUp() {
        VonageStub vonage = new VonageStub(wireMock, "notified").grantsTokens().answersCalls(okJson(VonageStub.ACTIVE));
        vonage.lookUp().then().statusCode(200);
        return vonage;
    }

    private static String notification(VonageStub vonage, String type) {
        return ANotification.of(type, UUID.randomUUID().toString(), vonage.guid());
    }

    private static Response send(String body) {
        return given().contentType(CLOUD_EVENT)
                .header("Vonage-Signature", ANotification.signature(body))
                .body(body)
                .post(PATH);
    }

    private static String refused(RequestSpecification request) {
        Response answer = request.contentType(CLOUD_EVENT).post(PATH);
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Vonage-Signature");
        return answer.asString().replaceAll("\"traceId\":\"[0-9a-f]{32}\"", "");
    }
}
