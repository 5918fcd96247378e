package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.client.WireMock;
import dev.callwatch.access.OidcProfile;
import dev.callwatch.access.TestIssuer;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jose4j.jwk.RsaJsonWebKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever turns up the level of the log to find a fault gets no token, no secret and no telephone number to read. */
@QuarkusTest
@ConnectWireMock
@TestProfile(OidcProfile.class)
class SecrecyOfLogsTest {

    private static final String ACCOUNT = "a1b2c3d4e5";
    private static final String CALLER = "7700900123";
    private static final String CALLED = "2079460777";
    private static final String CALL = "{\"from\":{\"telephoneNumber\":\"0" + CALLER + "\",\"presentedCLID\":\"+44"
            + CALLER + "\"},\"to\":{\"telephoneNumber\":\"0044" + CALLED
            + "\"},\"dispositionCode\":\"planted 0" + CALLER + "\",\"status\":";

    WireMock wireMock;

    @ConfigProperty(name = "quarkus.wiremock.devservices.port")
    int wireMockPort;

    @TestHTTPResource("/v1/accounts/" + ACCOUNT + "/calls/")
    String calls;

    private final List<String> tokens = new ArrayList<>();

    @BeforeEach
    void resetWireMock() {
        wireMock.resetToDefaultMappings();
    }

    @ParameterizedTest
    @ValueSource(strings = {"DEBUG", "TRACE"})
    void no_level_of_the_log_shows_a_token_a_secret_or_a_number(String level) throws Exception {
        Logger root = Logger.getLogger("");
        Level before = root.getLevel();
        root.setLevel(Level.parse(level));
        LogRecorder log = new LogRecorder();
        log.start();
        try {
            lookUpsWithTokensOfEveryKind();
            lookUpsAfterRefusals();
            requestsThatHoldThemWhereTheyDoNotBelong();
        } finally {
            log.stop();
            root.setLevel(before);
        }
        List<String> planted = new ArrayList<>(List.of("planted", CALLER, CALLED));
        tokens.stream().flatMap(token -> Stream.of(token.split("\\."))).forEach(planted::add);
        assertThat(log.lines())
                .hasSizeGreaterThan(30)
                .noneMatch(line -> planted.stream().anyMatch(line::contains));
    }

    private void lookUpsWithTokensOfEveryKind() throws Exception {
        VonageStub vonage = new VonageStub(wireMock, ACCOUNT)
                .grantsTokens()
                .answersCalls(okJson(CALL + "\"Active\"}"), okJson(CALL + "null}"));
        TestIssuer main = issuer("main").publishes(OidcProfile.MAIN_KEY);
        TestIssuer cluster = issuer("cluster").publishes(OidcProfile.CLUSTER_KEY);
        String valid = remembered(main.token(OidcProfile.MAIN_KEY, "crm-sync"));
        bearer(valid).get(path(vonage)).then().statusCode(200);
        bearer(remembered(main.token(OidcProfile.MAIN_KEY, "wallboard")))
                .get(path(vonage))
                .then()
                .statusCode(200);
        bearer(remembered(cluster.token(OidcProfile.CLUSTER_KEY, "system:serviceaccount:dialler:x")))
                .get(path(vonage))
                .then()
                .statusCode(200);
        bearer(valid)
                .contentType("application/json")
                .body(Map.of("ids", List.of(vonage.guid(), "0" + CALLER)))
                .post("/v1/accounts/" + ACCOUNT + "/calls/lookup")
                .then()
                .statusCode(200);
        try (StreamReader stream =
                StreamReader.open(calls + vonage.guid() + "/events", "Authorization", "Bearer " + valid)) {
            await().until(() -> stream.frames().size() >= 2);
        }

        RsaJsonWebKey first = TestIssuer.key("before");
        RsaJsonWebKey second = TestIssuer.key("after");
        TestIssuer rotating = issuer("rotating").publishes(first);
        bearer(remembered(rotating.token(first, "any"))).get(path(vonage));
        rotating.publishes(second);
        bearer(remembered(rotating.token(second, "any"))).get(path(vonage));

        bearer(remembered(main.token(
                        OidcProfile.MAIN_KEY, "crm-sync", claims -> claims.setExpirationTimeMinutesInTheFuture(-9))))
                .get(path(vonage))
                .then()
                .statusCode(401);
        bearer(remembered(main.token(TestIssuer.key("unknown"), "crm-sync"))).get(path(vonage));
        bearer(valid + "x").get(path(vonage)).then().statusCode(401);
        bearer(remembered("planted.planted.planted")).get(path(vonage)).then().statusCode(401);
        given().header("Authorization", "Basic cGxhbnRlZDpwbGFudGVk").get(path(vonage));
        tokens.add("cGxhbnRlZDpwbGFudGVk");
    }

    private void lookUpsAfterRefusals() {
        String valid =
                remembered(issuer("main").publishes(OidcProfile.MAIN_KEY).token(OidcProfile.MAIN_KEY, "crm-sync"));
        VonageStub refused = new VonageStub(wireMock, "life").answersTokens(VonageStub.status(400));
        bearer(valid).get(path("life", refused));
        for (VonageStub vonage : List.of(
                new VonageStub(wireMock, ACCOUNT).answersCalls(VonageStub.status(401)),
                new VonageStub(wireMock, ACCOUNT).answersCalls(VonageStub.status(503)),
                new VonageStub(wireMock, ACCOUNT).answersCalls(okJson("{\"message\":\"planted 0" + CALLER + "\"}")))) {
            bearer(valid).get(path(vonage));
        }
    }

    private void requestsThatHoldThemWhereTheyDoNotBelong() throws IOException {
        String number = "0" + CALLER;
        RawClient.get("/v1/accounts/" + ACCOUNT + "/calls/" + number, "Authorization: Bearer planted-caller-token");
        RawClient.get("/v1/accounts/" + number + "/calls");
        RawClient.get("/v1/accounts/" + number + "/nothing?access_token=planted");
        RawClient.get("/v1/" + number, "Cookie: session=planted");
        RawClient.get("/" + number + "/%zz");
        RawClient.get("/v1/accounts?number=" + number, "X-Number: " + number, "traceparent: 00-" + number);
        for (String type : List.of("application/json", number + "/planted")) {
            RawClient.exchange(
                    "POST /v1/accounts/" + ACCOUNT + "/calls/lookup HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                            + type + "\r\nContent-Length: 10\r\nConnection: close\r\n\r\n" + CALLER);
        }
    }

    private TestIssuer issuer(String name) {
        return new TestIssuer(wireMock, "http://localhost:" + wireMockPort + "/issuers/" + name);
    }

    private static String path(VonageStub vonage) {
        return path(ACCOUNT, vonage);
    }

    private static String path(String account, VonageStub vonage) {
        return "/v1/accounts/" + account + "/calls/" + vonage.guid();
    }

    private String remembered(String token) {
        tokens.add(token);
        return token;
    }

    private static RequestSpecification bearer(String token) {
        return given().header("Authorization", "Bearer " + token);
    }
}
