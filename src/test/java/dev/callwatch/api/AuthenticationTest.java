package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;

import com.github.tomakehurst.wiremock.client.WireMock;
import dev.callwatch.MeetsContract;
import dev.callwatch.access.OidcProfile;
import dev.callwatch.access.TestIssuer;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.keys.HmacKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which bearer tokens are accepted, and which are not. */
@QuarkusTest
@ConnectWireMock
@TestProfile(OidcProfile.class)
@ExtendWith(MeetsContract.class)
class AuthenticationTest {

    private static final String CALL = "/v1/accounts/a1b2c3d4e5/calls/";

    WireMock wireMock;

    @ConfigProperty(name = "quarkus.wiremock.devservices.port")
    int wireMockPort;

    @TestHTTPResource(CALL)
    String calls;

    private TestIssuer main;
    private VonageStub vonage;

    @BeforeEach
    void anIssuerAndACall() {
        main = issuer("main").publishes(OidcProfile.MAIN_KEY);
        vonage = new VonageStub(wireMock, "a1b2c3d4e5").grantsTokens().answersCalls(okJson(VonageStub.ACTIVE));
    }

    @Test
    void a_token_of_a_configured_issuer_is_accepted() {
        lookUp(main.token(OidcProfile.MAIN_KEY, "crm-sync")).then().statusCode(200);
        String atJwt =
                TestIssuer.sign(OidcProfile.MAIN_KEY, main.claims("crm-sync"), jws -> jws.setHeader("typ", "at+jwt"));
        lookUp(atJwt).then().statusCode(200);
    }

    @Test
    void without_a_token_there_is_a_problem_that_asks_for_one() {
        given().get(CALL + vonage.guid())
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", "Bearer")
                .body("type", is("urn:callwatch:problem:unauthenticated"));
        given().header("Authorization", "Basic Y3JtOnNlY3JldA==")
                .get("/v1/accounts")
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", "Bearer");
        given().queryParam("access_token", main.token(OidcProfile.MAIN_KEY, "crm-sync"))
                .get("/v1/accounts")
                .then()
                .statusCode(401);
        given().contentType("application/json")
                .body("{\"ids\":[\"" + vonage.guid() + "\"]}")
                .post("/v1/accounts/a1b2c3d4e5/calls/lookup")
                .then()
                .statusCode(401);
        given().get(CALL + vonage.guid() + "/events").then().statusCode(401);
        given().accept("application/x-ndjson")
                .get(CALL + "events?id=" + vonage.guid())
                .then()
                .statusCode(401);
        // An unknown caller is not shown what is malformed either.
        given().get("/v1/accounts/a/calls/x").then().statusCode(401);
        assertThat(vonage.callRequests()).isZero();
    }

    @Test
    void the_page_and_the_description_need_no_token() {
        for (String path : List.of("/", "/console/app.js", "/favicon.svg", "/openapi")) {
            given().get(path).then().statusCode(200);
            given().header("Authorization", "Bearer nonsense").get(path).then().statusCode(200);
        }
    }

    @Test
    void forged_tokens_of_every_kind_are_refused() throws Exception {
        Map<String, String> forged = forged();
        forged.forEach((how, token) -> {
            Response answer = lookUp(token);
            assertThat(answer.statusCode()).as(how).isEqualTo(401);
            assertThat(answer.contentType()).as(how).startsWith("application/problem+json");
            assertThat(answer.header("WWW-Authenticate")).as(how).isEqualTo("Bearer error=\"invalid_token\"");
            assertThat(answer.jsonPath().getString("detail")).as(how).startsWith("The bearer token is not valid");
        });
        assertThat(vonage.callRequests()).isZero();
        lookUp(main.token(OidcProfile.MAIN_KEY, "crm-sync")).then().statusCode(200);
    }

    private Map<String, String> forged() throws Exception {
        RsaJsonWebKey key = OidcProfile.MAIN_KEY;
        RsaJsonWebKey stranger = TestIssuer.key(key.getKeyId());
        String valid = main.token(key, "crm-sync");
        String[] parts = valid.split("\\.");
        JwtClaims claims = main.claims("crm-sync");
        byte[] der = key.getPublicKey().getEncoded();
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END PUBLIC KEY-----\n";

        Map<String, String> forged = new LinkedHashMap<>();
        forged.put("nonsense", "nonsense");
        forged.put("alg none", encoded("{\"alg\":\"none\"}") + "." + parts[1] + ".");
        forged.put("alg none with a signature", encoded("{\"alg\":\"none\"}") + "." + parts[1] + "." + parts[2]);
        forged.put("alg NoNe", encoded("{\"alg\":\"NoNe\",\"kid\":\"main\"}") + "." + parts[1] + "." + parts[2]);
        forged.put("HS256 with the public key as DER", hmac(der, key.getKeyId(), claims));
        forged.put(
                "HS256 with the public key as PEM",
                hmac(pem.getBytes(StandardCharsets.US_ASCII), key.getKeyId(), claims));
        forged.put("another key of the same name", TestIssuer.sign(stranger, claims, jws -> {}));
        forged.put("its own key in the header", TestIssuer.sign(stranger, claims, jws -> jws.setJwkHeader(stranger)));
        forged.put(
                "a link to its own keys in the header",
                TestIssuer.sign(stranger, claims, jws -> jws.setHeader("jku", main.url() + "/jwks-of-mallory")));
        forged.put("a header that has to be understood", TestIssuer.sign(key, claims, jws -> {
            jws.setHeader("crit", List.of("mallory"));
            jws.setHeader("mallory", "1");
        }));
        forged.put("no signature", parts[0] + "." + parts[1] + ".");
        forged.put(
                "somebody else's payload",
                parts[0] + "." + encoded(main.claims("crm-other").toJson()) + "." + parts[2]);
        forged.put("five parts", valid + ".x.y");
        forged.put(
                "an issuer that is not configured",
                main.token(key, "crm-sync", c -> c.setIssuer("https://mallory.example")));
        forged.put(
                "another configured issuer",
                main.token(key, "crm-sync", c -> c.setIssuer(issuer("cluster").url())));
        forged.put("no issuer", main.token(key, "crm-sync", c -> c.unsetClaim("iss")));
        forged.put("an issuer with a slash more", main.token(key, "crm-sync", c -> c.setIssuer(main.url() + "/")));
        forged.put("another audience", main.token(key, "crm-sync", c -> c.setAudience("billing")));
        forged.put("no audience", main.token(key, "crm-sync", c -> c.unsetClaim("aud")));
        forged.put("expired", main.token(key, "crm-sync", c -> c.setExpirationTimeMinutesInTheFuture(-1)));
        forged.put("no expiry", main.token(key, "crm-sync", c -> c.unsetClaim("exp")));
        forged.put("not yet valid", main.token(key, "crm-sync", c -> c.setNotBeforeMinutesInThePast(-2)));
        forged.put("no subject", main.token(key, "crm-sync", c -> c.unsetClaim("sub")));
        forged.put("an endless subject", main.token(key, "crm-" + "x".repeat(600)));
        forged.put(
                "two subjects",
                TestIssuer.sign(
                        key,
                        claims,
                        jws -> jws.setPayload(claims.toJson().replace("\"sub\":", "\"sub\":\"mallory\",\"sub\":"))));
        forged.put("an unknown kid", TestIssuer.sign(key, claims, jws -> jws.setKeyIdHeaderValue("unknown")));
        forged.put(
                "a path as kid", TestIssuer.sign(key, claims, jws -> jws.setKeyIdHeaderValue("../../../../dev/null")));
        forged.put("a query as kid", TestIssuer.sign(key, claims, jws -> jws.setKeyIdHeaderValue("x' OR '1'='1")));
        forged.put("a very long kid", TestIssuer.sign(key, claims, jws -> jws.setKeyIdHeaderValue("k".repeat(8_000))));
        forged.put(
                "a kid that is no text", encoded("{\"alg\":\"RS256\",\"kid\":[1]}") + "." + parts[1] + "." + parts[2]);
        forged.put("oversized", main.token(key, "crm-sync", c -> c.setClaim("padding", "x".repeat(10_000))));
        forged.put("a logout token", TestIssuer.sign(key, claims, jws -> jws.setHeader("typ", "logout+jwt")));
        forged.put("a refresh token", main.token(key, "crm-sync", c -> c.setClaim("typ", "Refresh")));
        forged.put("an id token", main.token(key, "crm-sync", c -> c.setClaim("typ", "ID")));
        return forged;
    }

    @Test
    void two_tokens_at_once_are_refused() {
        String token = main.token(OidcProfile.MAIN_KEY, "crm-sync");
        given().header("Authorization", "Bearer " + token, "Bearer " + token)
                .get("/v1/accounts")
                .then()
                .statusCode(401);
    }

    @Test
    void a_cluster_shows_its_keys_to_the_token_in_the_file_and_its_service_accounts_are_known() {
        TestIssuer cluster = issuer("cluster").publishes(OidcProfile.CLUSTER_KEY);
        String subject = "system:serviceaccount:dialler:worker";
        lookUp(cluster.token(OidcProfile.CLUSTER_KEY, subject)).then().statusCode(200);
        assertThat(wireMock.find(getRequestedFor(urlEqualTo(cluster.jwksPath()))
                        .withHeader("Authorization", equalTo("Bearer planted-own-token"))))
                .isNotEmpty();
        assertThat(wireMock.find(
                        getRequestedFor(urlEqualTo(main.jwksPath())).withHeader("Authorization", matching(".*"))))
                .isEmpty();
        lookUp(cluster.token(OidcProfile.CLUSTER_KEY, "system:serviceaccount:elsewhere:worker"))
                .then()
                .statusCode(403);
    }

    @Test
    void known_keys_stay_in_use_without_the_issuer_and_new_keys_are_found_when_it_is_back() {
        RsaJsonWebKey first = TestIssuer.key("first");
        RsaJsonWebKey second = TestIssuer.key("second");
        TestIssuer unsteady = issuer("unsteady").publishes(first);
        lookUp(unsteady.token(first, "any")).then().statusCode(200);

        unsteady.fails();
        for (int attempt = 0; attempt < 2; attempt++) {
            lookUp(unsteady.token(second, "any"))
                    .then()
                    .statusCode(503)
                    .header("Retry-After", matchesPattern("[1-5]"))
                    .body("type", is("urn:callwatch:problem:issuer-unavailable"));
        }
        lookUp(unsteady.token(first, "any")).then().statusCode(200);

        unsteady.publishes(second);
        await().atMost(Duration.ofSeconds(15))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> lookUp(unsteady.token(second, "any")).statusCode() == 200);
        lookUp(unsteady.token(first, "any")).then().statusCode(401);
    }

    @Test
    void a_rotation_of_keys_refuses_no_token() throws Exception {
        RsaJsonWebKey first = TestIssuer.key("before");
        RsaJsonWebKey second = TestIssuer.key("after");
        TestIssuer rotating = issuer("rotating").publishes(first);
        lookUp(rotating.token(first, "any")).then().statusCode(200);
        rotating.publishes(second);
        List<CompletableFuture<Integer>> answers = IntStream.range(0, 20)
                .mapToObj(i -> rotating.token(second, "any-" + i))
                .map(token -> HttpClient.newHttpClient()
                        .sendAsync(
                                HttpRequest.newBuilder(URI.create(calls + vonage.guid()))
                                        .header("Authorization", "Bearer " + token)
                                        .build(),
                                HttpResponse.BodyHandlers.discarding())
                        .thenApply(HttpResponse::statusCode))
                .toList();
        assertThat(answers).extracting(CompletableFuture::join).containsOnly(200);
    }

    @Test
    void an_issuer_that_was_never_reached_affects_only_its_own_callers() {
        TestIssuer nowhere = new TestIssuer(wireMock, "http://localhost:1/issuer");
        LogRecorder log = new LogRecorder();
        log.start();
        try {
            lookUp(nowhere.token(OidcProfile.MAIN_KEY, "any"))
                    .then()
                    .statusCode(503)
                    .contentType("application/problem+json")
                    .header("Retry-After", "1")
                    .header("WWW-Authenticate", nullValue())
                    .body("type", is("urn:callwatch:problem:issuer-unavailable"))
                    .body("detail", matchesPattern(".*cannot be verified now.*"));
        } finally {
            log.stop();
        }
        assertThat(log.lines())
                .anyMatch(line -> line.contains("dev.callwatch.audit")
                        && line.contains("denied outcome=issuer-unavailable issuer=nowhere account=a1b2c3d4e5"))
                .anyMatch(line -> line.contains("The keys of the issuer nowhere cannot be read"));
        lookUp(main.token(OidcProfile.MAIN_KEY, "crm-sync")).then().statusCode(200);
    }

    @Test
    void an_account_that_a_stranger_makes_up_is_not_in_the_log() {
        LogRecorder log = new LogRecorder();
        log.start();
        try {
            given().get("/v1/accounts/07700900123/calls").then().statusCode(401);
            given().get("/v1/accounts/life/calls").then().statusCode(401);
            await().until(() -> log.lines().stream().anyMatch(line -> line.contains("outcome=unauthenticated")));
        } finally {
            log.stop();
        }
        assertThat(log.lines()).noneMatch(line -> line.contains("07700900123"));
    }

    @Test
    void keys_are_never_read_from_another_machine_without_tls() {
        TestIssuer plain = issuer("plain").publishesKeysAt("http://keys.example/jwks");
        lookUp(plain.token(OidcProfile.MAIN_KEY, "any"))
                .then()
                .statusCode(503)
                .body("type", is("urn:callwatch:problem:issuer-unavailable"));
    }

    @Test
    void no_token_is_logged_at_any_level() {
        RsaJsonWebKey rotated = TestIssuer.key("logged");
        List<String> tokens = List.of(
                main.token(OidcProfile.MAIN_KEY, "crm-sync"),
                main.token(rotated, "crm-sync"),
                main.token(OidcProfile.MAIN_KEY, "crm-sync", c -> c.setExpirationTimeMinutesInTheFuture(-1)));
        LogRecorder log = new LogRecorder();
        Logger root = Logger.getLogger("");
        Level before = root.getLevel();
        root.setLevel(Level.FINEST);
        log.start();
        try {
            tokens.forEach(token -> lookUp(token));
            main.publishes(OidcProfile.MAIN_KEY, rotated);
            await().atMost(Duration.ofSeconds(15))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> lookUp(tokens.get(1)).statusCode() == 200);
        } finally {
            log.stop();
            root.setLevel(before);
        }
        assertThat(log.lines())
                .anyMatch(line -> line.startsWith("TRACE"))
                .noneMatch(line -> tokens.stream().anyMatch(token -> line.contains(token.split("\\.")[2])));
    }

    @Test
    void callers_list_what_they_may_read() {
        given().auth()
                .oauth2(main.token(OidcProfile.MAIN_KEY, "crm-sync"))
                .get("/v1/accounts")
                .then()
                .statusCode(200)
                .body("accounts.key", is(List.of("a1b2c3d4e5", "life")));
        given().auth()
                .oauth2(main.token(OidcProfile.MAIN_KEY, "nobody"))
                .get("/v1/accounts")
                .then()
                .statusCode(200)
                .body("accounts", is(List.of()));
        given().auth()
                .oauth2(main.token(OidcProfile.MAIN_KEY, "x", c -> c.setClaim("scope", "openid calls:read")))
                .get("/v1/accounts")
                .then()
                .body("accounts.key", hasItem("nowhere"));
        given().auth()
                .oauth2(main.token(OidcProfile.MAIN_KEY, "x", c -> c.setClaim("groups", List.of("day", "night-shift"))))
                .get("/v1/accounts")
                .then()
                .body("accounts.key", is(List.of("batch")));
    }

    private static String hmac(byte[] secret, String kid, JwtClaims claims) {
        return TestIssuer.sign(new HmacKey(secret), kid, claims, jws -> jws.setAlgorithmHeaderValue("HS256"));
    }

    private static String encoded(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    private TestIssuer issuer(String name) {
        return new TestIssuer(wireMock, "http://localhost:" + wireMockPort + "/issuers/" + name);
    }

    private Response lookUp(String token) {
        return given().header("Authorization", "Bearer " + token).get(CALL + vonage.guid());
    }
}
