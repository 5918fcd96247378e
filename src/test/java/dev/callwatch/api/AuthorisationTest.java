package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;

import com.github.tomakehurst.wiremock.client.WireMock;
import dev.callwatch.MeetsContract;
import dev.callwatch.access.OidcProfile;
import dev.callwatch.access.TestIssuer;
import dev.callwatch.vonage.ANotification;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jose4j.jwt.NumericDate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What callers may see: through every door the same, and nothing that no rule gives them. */
@QuarkusTest
@ConnectWireMock
@TestProfile(OidcProfile.class)
@ExtendWith(MeetsContract.class)
class AuthorisationTest {

    private static final String ACCOUNT = "/v1/accounts/a1b2c3d4e5/calls/";
    private static final String FIRST = """
            {"id":"x","from":{"telephoneNumber":"02072068888","agentId":"10"},\
            "to":{"telephoneNumber":"+442072068889","presentedCLID":"08008888777"},"status":"Active",\
            "notes":[{"deep":"back to (020) 7206-8899","number":447700900123}]}""";
    private static final String SECOND = FIRST.replace("\"Active\"", "null")
            .replace("{\"id\":\"x\"", "{\"id\":\"x\",\"dispositionCode\":\"Sale 02072068888\"");

    WireMock wireMock;

    @ConfigProperty(name = "quarkus.wiremock.devservices.port")
    int wireMockPort;

    @TestHTTPResource(ACCOUNT)
    String calls;

    private TestIssuer issuer;
    private VonageStub vonage;

    @BeforeEach
    void anIssuerAndACall() {
        issuer = new TestIssuer(wireMock, "http://localhost:" + wireMockPort + "/issuers/main")
                .publishes(OidcProfile.MAIN_KEY);
        vonage = new VonageStub(wireMock, "a1b2c3d4e5").grantsTokens().answersCalls(okJson(FIRST));
    }

    @Test
    void an_account_of_others_is_closed_at_every_door_and_vonage_is_not_asked() {
        String guid = vonage.guid();
        as("crm-sync").get(ACCOUNT + guid).then().statusCode(200);
        int asked = vonage.callRequests();
        List<Response> doors = List.of(
                as("other").get(ACCOUNT + guid),
                as("other").head(ACCOUNT + guid),
                as("other").header("Cache-Control", "only-if-cached").get(ACCOUNT + guid),
                as("other").header("Cache-Control", "no-cache").get(ACCOUNT + guid),
                as("other").header("If-None-Match", "*").get(ACCOUNT + guid),
                as("other")
                        .header("If-None-Match", "*")
                        .header("Prefer", "wait=30")
                        .get(ACCOUNT + guid),
                as("other").get(ACCOUNT + guid + "/revisions"),
                as("other").get("/v1/accounts/a1b2c3d4e5/calls"),
                as("other").get("/v1/accounts/a1b2c3d4e5/budget"),
                as("other").get("/v1/accounts/a1b2c3d4e5/events"),
                as("other").header("Last-Event-ID", "1-1").get("/v1/accounts/a1b2c3d4e5/events"),
                as("other").accept("application/x-ndjson").get("/v1/accounts/a1b2c3d4e5/events"),
                as("other").get(ACCOUNT + guid + "/events"),
                as("other").get(ACCOUNT + "events?id=" + guid),
                as("other").accept("application/x-ndjson").get(ACCOUNT + "events?id=" + guid),
                as("other").header("Last-Event-ID", guid + ":1").get(ACCOUNT + guid + "/events"),
                as("other")
                        .contentType("application/json")
                        .body(Map.of("ids", List.of(guid)))
                        .post(ACCOUNT + "lookup"),
                as("other")
                        .accept("application/x-ndjson")
                        .contentType("application/json")
                        .body(Map.of("ids", List.of(guid)))
                        .post(ACCOUNT + "lookup"));
        assertThat(doors).extracting(Response::statusCode).containsOnly(403);
        as("other")
                .get("/v1/accounts/shared/../a1b2c3d4e5/calls/" + guid)
                .then()
                .statusCode(404);
        assertThat(vonage.callRequests()).isEqualTo(asked);
    }

    @Test
    void numbers_are_masked_in_the_feed_of_an_account_too() throws Exception {
        String feed = calls.replace("/calls/", "/events");
        try (StreamReader masked = StreamReader.open(feed, "Authorization", "Bearer " + token("wallboard"));
                StreamReader full = StreamReader.open(feed, "Authorization", "Bearer " + token("crm-sync"))) {
            as("crm-sync").get(ACCOUNT + vonage.guid()).then().statusCode(200);
            await().until(() -> has(masked) && has(full));
            assertThat(masked.frames()).extracting(StreamReader.Frame::data).allSatisfy(AuthorisationTest::isMasked);
            assertThat(full.frames())
                    .extracting(StreamReader.Frame::data)
                    .anyMatch(data -> data.contains("447700900123"));
        }
    }

    private boolean has(StreamReader stream) {
        return stream.frames().stream().anyMatch(frame -> frame.data().contains(vonage.guid()));
    }

    @Test
    void a_notification_needs_no_token_but_a_signature_and_a_token_does_not_replace_it() {
        String body = ANotification.of("channel.ended.v1", UUID.randomUUID().toString(), vonage.guid());
        given().contentType("application/cloudevents+json")
                .header("Vonage-Signature", ANotification.signature(body))
                .body(body)
                .post("/v1/notifications/notified")
                .then()
                .statusCode(204);
        as("crm-sync")
                .contentType("application/cloudevents+json")
                .body(body)
                .post("/v1/notifications/notified")
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", "Vonage-Signature");
        given().get("/v1/notifications/notified").then().statusCode(405);
        for (String path :
                List.of("/v1/notifications/notified/x", "/v1/notifications", "/v1/notifications/..;/accounts")) {
            assertThat(given().urlEncodingEnabled(false).get(path).statusCode()).isIn(401, 404);
        }
    }

    @Test
    void a_call_of_an_account_is_not_found_through_an_account_that_one_may_read() {
        as("crm-sync").get(ACCOUNT + vonage.guid()).then().statusCode(200);
        Response elsewhere =
                as("other").header("Cache-Control", "only-if-cached").get("/v1/accounts/shared/calls/" + vonage.guid());
        assertThat(elsewhere.statusCode()).isEqualTo(504);
        assertThat(elsewhere.asString()).doesNotContain("7206");
    }

    @Test
    void an_account_is_refused_in_the_same_words_whether_it_exists_or_not() {
        String guid = vonage.guid();
        String known = refusal(as("other").get(ACCOUNT + guid), "a1b2c3d4e5");
        String unknown = refusal(as("other").get("/v1/accounts/zzzzzzzzzz/calls/" + guid), "zzzzzzzzzz");
        assertThat(known).isEqualTo(unknown).contains("urn:callwatch:problem:forbidden");
    }

    private static String refusal(Response answer, String account) {
        assertThat(answer.statusCode()).isEqualTo(403);
        String headers = answer.headers().asList().stream()
                // Two answers may be of two seconds.
                .filter(header -> !header.getName().equalsIgnoreCase("Date"))
                .map(Object::toString)
                .sorted()
                .toList()
                .toString();
        return (headers + answer.asString()).replace(account, "ACCOUNT").replaceAll("\"traceId\":\"[0-9a-f]{32}\"", "");
    }

    @Test
    void a_caller_who_may_read_every_account_gets_a_404_for_one_that_does_not_exist() {
        given().auth()
                .oauth2(issuer.token(
                        OidcProfile.MAIN_KEY, "x", claims -> claims.setClaim("scp", List.of("calls:read"))))
                .get("/v1/accounts/zzzzzzzzzz/calls/" + vonage.guid())
                .then()
                .statusCode(404)
                .body("type", is("urn:callwatch:problem:account-not-found"));
    }

    @Test
    void numbers_are_masked_at_every_door_without_the_permission() throws Exception {
        vonage = new VonageStub(wireMock, "life").grantsTokens().answersCalls(okJson(FIRST), okJson(SECOND));
        String path = "/v1/accounts/life/calls/";
        String guid = vonage.guid();
        String stream = calls.replace("a1b2c3d4e5", "life") + guid + "/events";

        String first;
        try (StreamReader masked = StreamReader.open(stream, "Authorization", "Bearer " + token("wallboard"));
                StreamReader full = StreamReader.open(stream, "Authorization", "Bearer " + token("crm-sync"))) {
            await().until(() -> masked.hasEnded() && full.hasEnded());
            assertThat(masked.received()).endsWith("call.completed 2", "end");
            assertThat(masked.frames()).extracting(StreamReader.Frame::data).allSatisfy(AuthorisationTest::isMasked);
            assertThat(full.frames().get(1).data()).contains("02072068888", "447700900123");
            first = masked.frames().get(1).id();
        }
        try (StreamReader again =
                StreamReader.open(stream, "Authorization", "Bearer " + token("wallboard"), "Last-Event-ID", first)) {
            await().until(again::hasEnded);
            assertThat(again.received()).containsExactly("call.completed 1", "end");
            assertThat(again.frames()).extracting(StreamReader.Frame::data).allSatisfy(AuthorisationTest::isMasked);
        }
        String lines = as("wallboard")
                .accept("application/x-ndjson")
                .get(path + "events?id=" + guid)
                .asString();
        isMasked(lines);
        isMasked(as("wallboard").get("/v1/accounts/life/calls").asString());
        isMasked(as("wallboard").get(path + guid + "/revisions").asString());
        assertThat(as("crm-sync").get("/v1/accounts/life/calls").asString()).contains("02072068888");
        assertThat(as("crm-sync").get(path + guid + "/revisions").asString()).contains("02072068888");
        String one = as("wallboard").get(path + guid).asString();
        isMasked(one);
        JsonPath json = JsonPath.from(one);
        assertThat(json.getString("from.telephoneNumber")).isEqualTo("*********88");
        assertThat(json.getString("to.e164")).isEqualTo("+44********89");
        assertThat(json.getString("to.country")).isEqualTo("GB");
        assertThat(json.getString("vonage.notes[0].number")).isEqualTo("************");
        assertThat(json.getString("disposition")).isEqualTo("Sale ***********");
        assertThat(json.getString("id")).isEqualTo(guid);
        Map<String, List<String>> body = Map.of("ids", List.of(guid));
        isMasked(as("wallboard")
                .contentType("application/json")
                .body(body)
                .post(path + "lookup")
                .asString());
        isMasked(as("wallboard")
                .accept("application/x-ndjson")
                .contentType("application/json")
                .body(body)
                .post(path + "lookup")
                .asString());
        assertThat(as("crm-sync")
                        .contentType("application/json")
                        .body(body)
                        .post(path + "lookup")
                        .asString())
                .contains("02072068888");
    }

    private static void isMasked(String text) {
        assertThat(text).doesNotContain("7206", "800888", "770090");
    }

    @Test
    void tags_of_masked_and_full_answers_differ_so_that_neither_stands_for_the_other() {
        Response full = as("crm-sync").get(ACCOUNT + vonage.guid());
        Response masked = as("wallboard").get(ACCOUNT + vonage.guid());
        assertThat(full.header("ETag")).isNotEqualTo(masked.header("ETag"));
        assertThat(full.header("Cache-Control")).startsWith("private");
        assertThat(full.header("Vary")).isEqualTo("Authorization, Origin");

        Response answer = as("wallboard")
                .header("If-None-Match", full.header("ETag"))
                .header("Prefer", "wait=20")
                .get(ACCOUNT + vonage.guid());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.asString()).contains("*********88").doesNotContain("02072068888");
        as("wallboard")
                .header("If-None-Match", masked.header("ETag"))
                .get(ACCOUNT + vonage.guid())
                .then()
                .statusCode(304);
    }

    @Test
    void a_stream_ends_with_a_problem_when_its_token_expires() throws Exception {
        String shortLived = issuer.token(
                OidcProfile.MAIN_KEY,
                "crm-sync",
                claims -> claims.setExpirationTime(
                        NumericDate.fromSeconds(NumericDate.now().getValue() + 3)));
        LogRecorder log = new LogRecorder();
        log.start();
        try (StreamReader stream =
                StreamReader.open(calls + vonage.guid() + "/events", "Authorization", "Bearer " + shortLived)) {
            await().until(stream::hasEnded);
            assertThat(log.lines())
                    .anyMatch(line -> line.contains("denied issuer=main subject=crm-sync account=a1b2c3d4e5"
                            + " outcome=unauthenticated reason=expired"));
            assertThat(stream.received()).containsExactly("call.observed 1", "unauthenticated");
            JsonPath reported = stream.frames().get(stream.frames().size() - 1).json();
            assertThat(reported.getString("id")).isNull();
            assertThat(reported.getString("problem.instance")).endsWith("/events");
        } finally {
            log.stop();
        }
        given().header("Authorization", "Bearer " + shortLived)
                .get(ACCOUNT + vonage.guid())
                .then()
                .statusCode(401);
    }

    @Test
    void a_long_poll_ends_when_its_token_expires() {
        String shortLived = issuer.token(
                OidcProfile.MAIN_KEY,
                "crm-sync",
                claims -> claims.setExpirationTime(
                        NumericDate.fromSeconds(NumericDate.now().getValue() + 3)));
        String tag = as("crm-sync").get(ACCOUNT + vonage.guid()).header("ETag");
        Response answer = given().header("Authorization", "Bearer " + shortLived)
                .header("If-None-Match", tag)
                .header("Prefer", "wait=60")
                .get(ACCOUNT + vonage.guid());
        assertThat(answer.statusCode()).isEqualTo(304);
        assertThat(answer.time()).isLessThan(10_000);
    }

    @Test
    void paths_that_play_tricks_reach_nothing() {
        String guid = vonage.guid();
        for (String path : List.of(
                "/v1/accounts/shared/%2e%2e/a1b2c3d4e5/calls/" + guid,
                "/v1/accounts/shared%2f..%2fa1b2c3d4e5/calls/" + guid,
                "/v1/accounts/shared/calls/%252e%252e%252fa1b2c3d4e5",
                "/v1/accounts/a1b2c3d4e5;shared/calls/" + guid,
                "/v1/accounts/a1b2c3d4e5%00/calls/" + guid,
                "/v1//accounts/a1b2c3d4e5/calls/" + guid)) {
            Response answer = as("other").urlEncodingEnabled(false).get(path);
            assertThat(answer.statusCode()).as(path).isIn(400, 403, 404);
            assertThat(answer.contentType()).as(path).startsWith("application/problem+json");
        }
        assertThat(vonage.callRequests()).isZero();
    }

    @Test
    void too_many_requests_of_one_caller_are_refused_and_others_are_not() {
        String eager = token("crm-eager-" + UUID.randomUUID());
        Response last = null;
        for (int i = 0; i < 150 && (last == null || last.statusCode() == 200); i++) {
            last = given().header("Authorization", "Bearer " + eager).get("/v1/accounts");
        }
        last.then()
                .statusCode(429)
                .contentType("application/problem+json")
                .header("Retry-After", "1")
                .body("type", is("urn:callwatch:problem:rate-limited"));
        as("crm-sync").get("/v1/accounts").then().statusCode(200);
    }

    @Test
    void streams_and_watched_calls_of_one_caller_are_limited_and_given_back() throws Exception {
        String viewer = token("crm-viewer-" + UUID.randomUUID());
        String url = calls + vonage.guid() + "/events";
        StreamReader first = StreamReader.open(url, "Authorization", "Bearer " + viewer);
        StreamReader second = StreamReader.open(url, "Authorization", "Bearer " + viewer);
        assertThat(first.response().statusCode()).isEqualTo(200);
        assertThat(second.response().statusCode()).isEqualTo(200);
        given().header("Authorization", "Bearer " + viewer)
                .get(url)
                .then()
                .statusCode(429)
                .header("Retry-After", "10");
        first.close();
        second.close();
        String many = "id=" + UUID.randomUUID() + "&id=" + UUID.randomUUID() + "&id=" + UUID.randomUUID() + "&id="
                + UUID.randomUUID();
        given().header("Authorization", "Bearer " + viewer)
                .get(calls + "events?" + many)
                .then()
                .statusCode(429);
        await().until(() -> {
            try (StreamReader again = StreamReader.open(url, "Authorization", "Bearer " + viewer)) {
                return again.response().statusCode() == 200;
            }
        });
    }

    @Test
    void the_audit_log_has_denials_and_reads_and_no_log_line_has_a_number_or_a_token() {
        LogRecorder log = new LogRecorder();
        // Nobody's line repeats one of another test.
        String own = UUID.randomUUID().toString();
        String reader = token("crm-" + own);
        String evil = token("mallory\r\n2026-11-24 INFO forged=line\u2028{\"a\":1}" + own);
        log.start();
        try {
            as(own).get(ACCOUNT + vonage.guid());
            given().header("Authorization", "Bearer " + reader).get(ACCOUNT + vonage.guid());
            given().header("Authorization", "Bearer " + evil).get(ACCOUNT + vonage.guid());
            for (int i = 0; i < 20; i++) {
                given().header("Authorization", "Bearer " + reader + "x").get(ACCOUNT + "+44207206888" + i);
            }
            await().until(() -> audit(log).stream()
                    .anyMatch(line -> line.contains("reason=signature") && line.contains(" count=")));
        } finally {
            log.stop();
        }
        List<String> audit = audit(log);
        assertThat(audit)
                .anyMatch(line ->
                        line.contains("denied issuer=main subject=" + own + " account=a1b2c3d4e5 outcome=forbidden")
                                && line.contains("audit.subject=" + own))
                .anyMatch(line -> line.contains("read issuer=main subject=crm-" + own + " account=a1b2c3d4e5 call="
                        + vonage.guid() + " numbers=true outcome=read"))
                .anyMatch(line -> line.contains("subject=mallory??2026-11-24?INFO?forged?line???a?:1?" + own + "~"))
                .noneMatch(line -> line.matches("(?s).*[\n\r\u2028].*"));
        assertThat(audit)
                .filteredOn(line -> line.contains("reason=signature"))
                .hasSizeLessThan(10)
                .allMatch(line -> line.contains("denied outcome=unauthenticated reason=signature"))
                .anyMatch(line -> line.contains("audit.count="));
        assertThat(log.lines())
                .allSatisfy(line -> assertThat(line)
                        .doesNotContain(
                                reader.split("\\.")[2],
                                VonageStub.TOKEN,
                                "planted-secret",
                                "planted-own-token",
                                "7206"));
    }

    private static List<String> audit(LogRecorder log) {
        return log.lines().stream()
                .filter(line -> line.contains(" dev.callwatch.audit "))
                .toList();
    }

    private RequestSpecification as(String subject) {
        return given().header("Authorization", "Bearer " + token(subject));
    }

    private String token(String subject) {
        return issuer.token(OidcProfile.MAIN_KEY, subject);
    }
}
