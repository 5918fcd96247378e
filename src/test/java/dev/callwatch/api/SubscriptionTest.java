package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;

import com.github.tomakehurst.wiremock.client.WireMock;
import com.standardwebhooks.Webhook;
import dev.callwatch.Contract;
import dev.callwatch.MeetsContract;
import dev.callwatch.access.OidcProfile;
import dev.callwatch.access.TestIssuer;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Subscriptions over HTTP, from the request to what a sink receives. */
@QuarkusTest
@ConnectWireMock
@TestProfile(OidcProfile.class)
@ExtendWith(MeetsContract.class)
class SubscriptionTest {

    private static final String SUBSCRIPTIONS = "/v1/accounts/life/subscriptions";
    private static final String RECORDED =
            "{\"status\":\"Active\",\"recordingStatus\":\"Started\",\"to\":{\"telephoneNumber\":\"+442072068889\"}}";
    private static final String DISPOSED = "{\"status\":null,\"dispositionCode\":\"Sale\"}";
    private static final Duration UNTIL_A_RETRY = Duration.ofSeconds(15);
    private static final Contract CONTRACT = Contract.ofTheSources();

    WireMock wireMock;

    @ConfigProperty(name = "quarkus.wiremock.devservices.port")
    int wireMockPort;

    @ConfigProperty(name = PushSink.URL)
    String sinks;

    private TestIssuer issuer;
    private VonageStub vonage;

    /** Each test has a caller of its own, because their subscriptions are limited. */
    private final String caller = "dialler-" + UUID.randomUUID();

    @BeforeEach
    void anIssuerAndACall() {
        issuer = new TestIssuer(wireMock, "http://localhost:" + wireMockPort + "/issuers/main")
                .publishes(OidcProfile.MAIN_KEY);
        vonage = new VonageStub(wireMock, "life")
                .grantsTokens()
                .answersCalls(okJson(VonageStub.ACTIVE), okJson(RECORDED), okJson(DISPOSED));
    }

    @Test
    void a_sink_receives_the_events_of_a_call_in_order_and_can_verify_them() throws Exception {
        String hook = hook("whole");
        Response answer = as(caller).body(subscription(hook)).post(SUBSCRIPTIONS);
        String id = answer.jsonPath().getString("id");
        answer.then()
                .statusCode(201)
                .header("Location", SUBSCRIPTIONS + "/" + id)
                .body("id", matchesPattern("[0-9a-f]{32}"))
                .body("protocol", is("HTTP"))
                .body("sink", is(hook))
                .body("protocolSettings", nullValue())
                .body("types", nullValue())
                .body("config.subscriptionDetail.calls", contains(vonage.guid()))
                .body("config.initialEvent", is(true))
                .body("status", is("ACTIVE"))
                .body("terminationReason", nullValue());
        List<PushSink.Request> events = pushed(hook, 4);
        assertThat(events)
                .extracting(event -> json(event).getString("type"))
                .containsExactly(
                        "dev.callwatch.call.observed",
                        "dev.callwatch.call.recording-changed",
                        "dev.callwatch.call.completed",
                        "dev.callwatch.subscription-ended");
        JsonPath completed = json(events.get(2));
        assertThat(completed.getString("specversion")).isEqualTo("1.0");
        assertThat(completed.getString("source"))
                .isEqualTo("https://callwatch.example/v1/accounts/life/calls/" + vonage.guid());
        assertThat(completed.getString("subject")).isEqualTo(vonage.guid());
        assertThat(completed.getString("id")).isEqualTo(vonage.guid() + ":" + completed.getString("sequence"));
        assertThat(completed.getString("partitionkey")).isEqualTo(vonage.guid());
        // One writes a second's fraction without zeros at its end, the other in groups of three digits.
        assertThat(Instant.parse(completed.getString("time")))
                .isEqualTo(Instant.parse(completed.getString("data.call.observed.at")));
        assertThat(completed.getString("data.type")).isEqualTo("call.completed");
        assertThat(completed.getString("data.call.disposition")).isEqualTo("Sale");
        assertThat(completed.getLong("data.previous"))
                .isEqualTo(json(events.get(1)).getLong("sequence"));
        assertThat(json(events.get(3)).getString("data.terminationReason")).isEqualTo("CALLS_SETTLED");
        for (PushSink.Request event : events) {
            assertThat(event.header("Content-Type")).isEqualTo("application/cloudevents+json");
            assertThat(event.header("webhook-id")).isEqualTo(json(event).getString("id"));
            assertThat(verifiesWithThePublishedKey(event)).isTrue();
            assertThat(CONTRACT.contradictionsOfPushed(event.headers(), event.body()))
                    .isEmpty();
        }
        await().untilAsserted(() -> show(id).body("status", is("EXPIRED"))
                .body("terminationReason", is("CALLS_SETTLED"))
                .body("deliveries.delivered", is(4))
                .body("deliveries.pending", is(0))
                .body("deliveries.failed", is(0))
                .body("deliveries.lastAnswer", is("204")));
    }

    @Test
    void a_sink_of_the_settings_can_verify_with_each_of_its_secrets() throws Exception {
        as(caller).body(subscription("crm")).post(SUBSCRIPTIONS).then().statusCode(201);
        PushSink.Request event = pushed(sinks + "/crm", 1).get(0);
        assertThat(event.header("webhook-signature")).matches("v1,\\S+ v1,\\S+ v1a,\\S+");
        new Webhook(PushSink.OLD_SECRET).verify(event.body(), event.httpHeaders());
        new Webhook(PushSink.SECRET).verify(event.body(), event.httpHeaders());
    }

    @Test
    void a_sink_may_want_binary_events_a_token_and_a_secret_from_a_file() throws Exception {
        as(caller)
                .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                .body(subscription("broker"))
                .post(SUBSCRIPTIONS)
                .then()
                .statusCode(201);
        PushSink.Request event = pushed(sinks + "/broker", 1).get(0);
        assertThat(event.header("Content-Type")).isEqualTo("application/json");
        assertThat(event.header("ce-type")).isEqualTo("dev.callwatch.call.observed");
        assertThat(event.header("ce-subject")).isEqualTo(vonage.guid());
        assertThat(event.header("ce-region")).isEqualTo("emea");
        assertThat(event.header("ce-traceparent")).contains("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(event.header("Authorization")).isEqualTo("Bearer " + PushSink.TOKEN);
        assertThat(json(event).getString("call.id")).isEqualTo(vonage.guid());
        // Attributes that the settings of a sink add are its own.
        Map<String, String> described = new TreeMap<>(event.headers());
        assertThat(described.keySet().removeIf("ce-region"::equalsIgnoreCase)).isTrue();
        assertThat(CONTRACT.contradictionsOfPushed(described, event.body())).isEmpty();
        new Webhook(PushSink.SECRET).verify(event.body(), event.httpHeaders());
    }

    @Test
    void telephone_numbers_are_masked_as_the_subscriber_may_see_them() {
        String masked = hook("masked");
        String full = hook("full");
        as(caller).body(subscription(masked)).post(SUBSCRIPTIONS).then().statusCode(201);
        as("crm-" + UUID.randomUUID())
                .body(subscription(full))
                .post(SUBSCRIPTIONS)
                .then()
                .statusCode(201);
        assertThat(pushed(full, 2).get(1).body()).contains("+442072068889");
        assertThat(pushed(masked, 4))
                .allSatisfy(event -> assertThat(event.body()).doesNotContain("2072068"));
    }

    @Test
    void the_same_subscription_twice_is_one() {
        String hook = hook("twice");
        String first = subscribed(subscription(hook));
        as(caller)
                .body(subscription(hook))
                .post(SUBSCRIPTIONS)
                .then()
                .statusCode(200)
                .header("Location", SUBSCRIPTIONS + "/" + first)
                .body("id", is(first));
        as(caller).get(SUBSCRIPTIONS).then().statusCode(200).body("subscriptions.id", contains(first));
    }

    @Test
    void only_the_types_that_are_asked_for_are_sent() {
        String hook = hook("types");
        String wanted = subscription(hook)
                .replace("\"config\"", "\"types\":[\"dev.callwatch.call.completed\"],\"config\"")
                .replace("\"initialEvent\":true", "\"initialEvent\":false");
        as(caller)
                .body(wanted)
                .post(SUBSCRIPTIONS)
                .then()
                .statusCode(201)
                .body("types", contains("dev.callwatch.call.completed"));
        assertThat(pushed(hook, 2))
                .extracting(event -> json(event).getString("type"))
                .containsExactly("dev.callwatch.call.completed", "dev.callwatch.subscription-ended");
    }

    @Test
    void it_ends_after_as_many_events_as_are_asked_for() {
        String hook = hook("limited");
        String limited = subscription(hook).replace("\"initialEvent\"", "\"subscriptionMaxEvents\":1,\"initialEvent\"");
        as(caller).body(limited).post(SUBSCRIPTIONS).then().statusCode(201);
        assertThat(json(pushed(hook, 2).get(1)).getString("data.terminationReason"))
                .isEqualTo("MAX_EVENTS_REACHED");
    }

    @Test
    void a_deleted_subscription_is_gone_and_its_sink_receives_that_it_has_ended() {
        String hook = hook("deleted");
        vonage.answersCalls(okJson(VonageStub.ACTIVE));
        String id = subscribed(subscription(hook));
        pushed(hook, 1);
        as(caller).delete(SUBSCRIPTIONS + "/" + id).then().statusCode(204);
        as(caller).delete(SUBSCRIPTIONS + "/" + id).then().statusCode(404).body("type", is("about:blank"));
        as(caller).get(SUBSCRIPTIONS + "/" + id).then().statusCode(404);
        as(caller).get(SUBSCRIPTIONS).then().statusCode(200).body("subscriptions", hasSize(0));
        assertThat(json(pushed(hook, 2).get(1)).getString("data.terminationReason"))
                .isEqualTo("SUBSCRIPTION_DELETED");
    }

    @Test
    void a_sink_that_answers_410_ends_it() {
        String hook = hook("gone");
        String id = subscribed(subscription(hook));
        await().untilAsserted(() -> show(id).body("status", is("INACTIVE"))
                .body("terminationReason", is("SINK_GONE"))
                .body("deliveries.lastAnswer", is("410")));
        assertThat(pushed(hook, 1)).hasSize(1);
    }

    @Test
    void what_a_sink_could_not_take_is_sent_again_signed_anew_and_under_the_same_identifier() {
        String hook = hook("failing");
        as(caller).body(subscription(hook)).post(SUBSCRIPTIONS).then().statusCode(201);
        await().atMost(UNTIL_A_RETRY).until(() -> posts(hook).size() >= 5);
        List<PushSink.Request> events = posts(hook);
        assertThat(events.get(1).header("webhook-id")).isEqualTo(events.get(0).header("webhook-id"));
        assertThat(events.get(1).body()).isEqualTo(events.get(0).body());
        assertThat(events.get(1).header("webhook-timestamp"))
                .isGreaterThan(events.get(0).header("webhook-timestamp"));
        assertThat(events.subList(1, 5))
                .extracting(event -> json(event).getString("type"))
                .containsExactly(
                        "dev.callwatch.call.observed",
                        "dev.callwatch.call.recording-changed",
                        "dev.callwatch.call.completed",
                        "dev.callwatch.subscription-ended");
    }

    @Test
    void a_redirect_is_not_followed() {
        String hook = hook("redirect");
        String id = subscribed(subscription(hook));
        await().untilAsserted(() -> show(id).body("deliveries.lastAnswer", is("307")));
        assertThat(PushSink.requests(sinks, "/hooks/redirected")).isEmpty();
        as(caller).delete(SUBSCRIPTIONS + "/" + id).then().statusCode(204);
    }

    @Test
    void a_large_answer_is_cut_off_and_counts_by_its_status() {
        String hook = hook("large");
        as(caller).body(subscription(hook)).post(SUBSCRIPTIONS).then().statusCode(201);
        assertThat(pushed(hook, 4)).hasSize(4);
        await().until(() -> !PushSink.requests(sinks, PushSink.CUT_OFF).isEmpty());
    }

    @Test
    void a_sink_that_is_not_allowed_or_does_not_agree_is_refused_and_nothing_is_kept() {
        List<String> refused = List.of(
                "https://evil.example/hooks/x",
                sinks + "/elsewhere",
                sinks.replace("localhost", "127.0.0.1") + "/hooks/x",
                // The pattern allows the name, but does not name this machine.
                sinks + "/guarded",
                "https://nowhere.invalid/",
                hook("silent"),
                hook("other-origin"),
                hook("not-found"),
                "elsewhere",
                "unknown");
        for (String sink : refused) {
            as("crm-" + UUID.randomUUID())
                    .body(subscription(sink))
                    .post(SUBSCRIPTIONS)
                    .then()
                    .statusCode(422)
                    .body("type", is("urn:callwatch:problem:sink-refused"));
        }
        assertThat(PushSink.requests(sinks, "/guarded")).isEmpty();
        assertThat(vonage.callRequests()).isZero();
    }

    @Test
    void each_malformed_part_is_named_and_unknown_ones_too() {
        String malformed = """
                {"protocol":"MQTT","sink":"ftp://x","Sink":"x","protocolSettings":{"contentMode":"batch","x":1},
                 "types":["dev.callwatch.call.completed","call.failed"],
                 "config":{"subscriptionDetail":{"calls":["x"],"more":1},"subscriptionExpireTime":"2020-01-01T00:00:00Z",
                           "subscriptionMaxEvents":0,"initialEvent":"yes","\\u003c":1}}""";
        as(caller)
                .body(malformed)
                .post("/v1/accounts/a.b/subscriptions")
                .then()
                .statusCode(400)
                .body("type", is("urn:callwatch:problem:invalid-request"))
                .body(
                        "violations.field",
                        containsInAnyOrder(
                                "accountKey",
                                "protocol",
                                "sink",
                                "Sink",
                                "protocolSettings.contentMode",
                                "protocolSettings.x",
                                "types[1]",
                                "config.subscriptionDetail.calls[0]",
                                "config.subscriptionDetail.more",
                                "config.subscriptionExpireTime",
                                "config.subscriptionMaxEvents",
                                "config.initialEvent",
                                "config.?"));
        as(caller)
                .body("{\"types\":[],\"config\":[],\"protocolSettings\":null}")
                .post(SUBSCRIPTIONS)
                .then()
                .statusCode(400)
                .body(
                        "violations.field",
                        containsInAnyOrder(
                                "protocol",
                                "sink",
                                "types",
                                "config",
                                "protocolSettings",
                                "config.subscriptionDetail.calls"));
        for (String body : List.of("", "[]", "{", "{} {}", "{\"sink\":\"a\",\"sink\":\"b\"}")) {
            as(caller).body(body).post(SUBSCRIPTIONS).then().statusCode(400).body("violations.field", contains("body"));
        }
        as(caller).get(SUBSCRIPTIONS).then().body("subscriptions", hasSize(0));
    }

    @Test
    void it_lasts_at_most_a_day() {
        String body = subscription(hook("long"));
        String tooLong = body.replace(
                "\"initialEvent\"",
                "\"subscriptionExpireTime\":\"" + Instant.now().plus(Duration.ofHours(25)) + "\",\"initialEvent\"");
        as(caller)
                .body(tooLong)
                .post(SUBSCRIPTIONS)
                .then()
                .statusCode(400)
                .body("violations.field", contains("config.subscriptionExpireTime"));
        JsonPath whole = as(caller).body(body).post(SUBSCRIPTIONS).jsonPath();
        assertThat(Duration.between(
                        Instant.parse(whole.getString("startsAt")), Instant.parse(whole.getString("expiresAt"))))
                .isEqualTo(Duration.ofHours(24));
    }

    @Test
    void without_the_permission_to_push_every_door_is_closed() {
        String id = subscribed(subscription("crm"));
        for (String subject : List.of("wallboard", "pusher", "other")) {
            List<Response> doors = List.of(
                    as(subject).body(subscription("crm")).post(SUBSCRIPTIONS),
                    as(subject).get(SUBSCRIPTIONS),
                    as(subject).get(SUBSCRIPTIONS + "/" + id),
                    as(subject).delete(SUBSCRIPTIONS + "/" + id));
            assertThat(doors).extracting(Response::statusCode).containsOnly(403);
        }
        given().get(SUBSCRIPTIONS).then().statusCode(401);
    }

    @Test
    void a_subscription_of_others_is_not_found() {
        String id = subscribed(subscription("crm"));
        String other = "dialler-" + UUID.randomUUID();
        as(other).get(SUBSCRIPTIONS).then().statusCode(200).body("subscriptions", hasSize(0));
        as(other).get(SUBSCRIPTIONS + "/" + id).then().statusCode(404);
        as(other).delete(SUBSCRIPTIONS + "/" + id).then().statusCode(404);
        as("crm-x").get("/v1/accounts/a1b2c3d4e5/subscriptions/" + id).then().statusCode(404);
        show(id);
    }

    @Test
    void too_many_subscriptions_of_one_caller_are_refused() {
        vonage.answersCalls(okJson(VonageStub.ACTIVE));
        as(caller).body(subscription(hook("a"))).post(SUBSCRIPTIONS).then().statusCode(201);
        String second = subscribed(subscription(hook("b")));
        as(caller)
                .body(subscription(hook("c")))
                .post(SUBSCRIPTIONS)
                .then()
                .statusCode(429)
                .header("Retry-After", matchesPattern("[0-9]+"))
                .body("type", is("urn:callwatch:problem:rate-limited"));
        as(caller).delete(SUBSCRIPTIONS + "/" + second).then().statusCode(204);
        as(caller).body(subscription(hook("c"))).post(SUBSCRIPTIONS).then().statusCode(201);
    }

    @Test
    void the_public_keys_need_no_token() {
        given().get("/v1/push-keys")
                .then()
                .statusCode(200)
                .body("keys", hasSize(1))
                .body("keys[0].kty", is("OKP"))
                .body("keys[0].crv", is("Ed25519"))
                .body("keys[0].whpk", matchesPattern("whpk_.{44}"));
        given().post("/v1/push-keys").then().statusCode(405);
    }

    private ValidatableResponse show(String id) {
        return as(caller).get(SUBSCRIPTIONS + "/" + id).then().statusCode(200);
    }

    private List<PushSink.Request> posts(String url) {
        return PushSink.requests(sinks, url.substring(sinks.length())).stream()
                .filter(request -> request.method().equals("POST"))
                .toList();
    }

    /** Once there are so many. */
    private List<PushSink.Request> pushed(String url, int most) {
        await().until(() -> posts(url).stream().filter(this::isOfThisTest).count() >= most);
        return posts(url).stream().filter(this::isOfThisTest).toList();
    }

    /** Tests share the sinks of the settings. */
    private boolean isOfThisTest(PushSink.Request request) {
        return request.body().contains(vonage.guid()) || request.body().contains("terminationReason");
    }

    private boolean verifiesWithThePublishedKey(PushSink.Request event) throws Exception {
        byte[] x = Base64.getUrlDecoder()
                .decode(given().get("/v1/push-keys").jsonPath().getString("keys[0].x"));
        boolean odd = (x[31] & 0x80) != 0;
        x[31] &= 0x7f;
        byte[] bigEndian = new byte[x.length];
        for (int i = 0; i < x.length; i++) {
            bigEndian[i] = x[x.length - 1 - i];
        }
        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(KeyFactory.getInstance("Ed25519")
                .generatePublic(new EdECPublicKeySpec(
                        NamedParameterSpec.ED25519, new EdECPoint(odd, new BigInteger(1, bigEndian)))));
        String signed = event.header("webhook-id") + "." + event.header("webhook-timestamp") + "." + event.body();
        verifier.update(signed.getBytes(StandardCharsets.UTF_8));
        String signature = Arrays.stream(event.header("webhook-signature").split(" "))
                .filter(text -> text.startsWith("v1a,"))
                .findFirst()
                .orElseThrow();
        return verifier.verify(Base64.getDecoder().decode(signature.substring("v1a,".length())));
    }

    private static JsonPath json(PushSink.Request request) {
        return JsonPath.from(request.body());
    }

    /** A sink of this test only. */
    private String hook(String behaviour) {
        return sinks + "/hooks/" + behaviour + "?test=" + vonage.guid();
    }

    private String subscription(String sink) {
        return """
                {"protocol":"HTTP","sink":"%s",
                 "config":{"subscriptionDetail":{"calls":["%s"]},"initialEvent":true}}""".formatted(sink, vonage.guid());
    }

    /** The identifier of a subscription of the caller. */
    private String subscribed(String body) {
        return as(caller).body(body).post(SUBSCRIPTIONS).jsonPath().getString("id");
    }

    private RequestSpecification as(String subject) {
        return given().header("Authorization", "Bearer " + issuer.token(OidcProfile.MAIN_KEY, subject))
                .contentType("application/json");
    }
}
