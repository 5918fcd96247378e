package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.WireMock;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the service prints, at DEBUG too, and what it measures holds no secret, no token and no telephone number. */
@QuarkusTest
@ConnectWireMock
class SecrecyTest {

    private static final String ACCOUNT = "secrecy";

    /** Numbers that Ofcom sets aside for drama; what all their spellings have in common. */
    private static final String CALLER = "7700900123";

    private static final String CALLED = "2079460777";
    private static final List<String> PLANTED = List.of("planted", CALLER, CALLED);

    private static final String CALL = "{\"from\":{\"telephoneNumber\":\"0" + CALLER + "\",\"presentedCLID\":\"+44"
            + CALLER + "\"},\"to\":{\"telephoneNumber\":\"0044" + CALLED
            + "\"},\"dispositionCode\":\"planted\",\"status\":";

    WireMock wireMock;

    @ConfigProperty(name = "quarkus.management.test-port")
    int managementPort;

    @BeforeEach
    void resetWireMock() {
        wireMock.resetToDefaultMappings();
    }

    @Test
    void nothing_planted_is_logged_or_measured() throws Exception {
        LogRecorder log = new LogRecorder();
        Logger root = Logger.getLogger("");
        Level before = root.getLevel();
        root.setLevel(Level.FINE);
        log.start();
        try {
            requestsThatSucceed();
            requestsThatFail();
            requestsThatAreRefused();
        } finally {
            log.stop();
            root.setLevel(before);
        }
        assertThat(log.lines()).hasSizeGreaterThan(20).noneMatch(SecrecyTest::isPlanted);
        assertThat(given().get("http://localhost:" + managementPort + "/q/metrics")
                        .asString())
                .contains("uri=\"/v1/accounts/{accountKey}/calls/{callGuid}\"")
                .contains("uri=\"UNKNOWN\"");
        for (String page : List.of("/q/metrics", "/q/health", "/q/info")) {
            String shown =
                    given().get("http://localhost:" + managementPort + page).asString();
            assertThat(shown).as(page).isNotEmpty().matches(text -> !isPlanted(text));
        }
    }

    private void requestsThatSucceed() throws IOException, InterruptedException {
        VonageStub vonage = new VonageStub(wireMock, ACCOUNT)
                .grantsTokens()
                .answersCalls(okJson(CALL + "\"Active\"}"), okJson(CALL + "null}"));
        Response first = vonage.lookUp();
        first.then().statusCode(200);
        assertThat(first.asString()).contains(CALLER);
        given().headers(Map.of("If-None-Match", first.header("ETag"), "Prefer", "wait=1"))
                .get("/v1/accounts/secrecy/calls/{guid}", vonage.guid())
                .then()
                .statusCode(200);
        given().contentType("application/json")
                .body(Map.of("ids", List.of(vonage.guid(), "0" + CALLER)))
                .post("/v1/accounts/secrecy/calls/lookup")
                .then()
                .statusCode(200);
        String events =
                "http://localhost:" + RestAssured.port + "/v1/accounts/secrecy/calls/" + vonage.guid() + "/events";
        try (StreamReader stream = StreamReader.open(events)) {
            assertThat(stream.response().statusCode()).isEqualTo(200);
        }
    }

    private void requestsThatFail() {
        String cutOff = CALL.substring(0, CALL.length() - 1);
        String message = "{\"message\":\"planted 0" + CALLER + "\"}";
        new VonageStub(wireMock, ACCOUNT).answersCalls(ok(cutOff)).lookUp();
        new VonageStub(wireMock, ACCOUNT).answersCalls(okJson(message)).lookUp();
        new VonageStub(wireMock, ACCOUNT)
                .answersCalls(VonageStub.status(503), VonageStub.status(500))
                .lookUp();
        new VonageStub(wireMock, ACCOUNT).answersCalls(VonageStub.status(401)).lookUp();
        new VonageStub(wireMock, "secrecy-refused")
                .answersTokens(ok("<planted>0" + CALLER), VonageStub.status(400))
                .lookUp();
        new VonageStub(wireMock, "secrecy-refused").lookUp();
    }

    private static void requestsThatAreRefused() throws IOException {
        String number = "0" + CALLER;
        RawClient.get("/v1/accounts/secrecy/calls/" + number, "Authorization: Bearer planted-caller-token");
        RawClient.get("/v1/accounts/" + number + "/calls");
        RawClient.get("/v1/" + number);
        RawClient.get("/" + number + "/%zz");
        RawClient.get("/v1/accounts?number=" + number, "X-Number: " + number, "traceparent: 00-" + number);
        RawClient.exchange("POST /v1/accounts/secrecy/calls/lookup HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                + number + "/planted\r\nContent-Length: 10\r\nConnection: close\r\n\r\n" + CALLER);
        RawClient.exchange("POST /v1/accounts/secrecy/calls/lookup HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                + "application/json\r\nContent-Length: 10\r\nConnection: close\r\n\r\n" + CALLER);
    }

    private static boolean isPlanted(String text) {
        return PLANTED.stream().anyMatch(text::contains);
    }
}
