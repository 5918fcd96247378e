package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.notFound;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.stubbing.StubMapping;
import dev.callwatch.access.OidcProfile;
import dev.callwatch.access.TestIssuer;
import dev.callwatch.vonage.ANotification;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jose4j.jwt.JwtClaims;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whatever callers, issuers, sinks and Vonage make up, the time series of {@code /q/metrics} come from a closed set: after a while, no
 * further request adds one. Otherwise anybody could fill the memory.
 */
@QuarkusTest
@ConnectWireMock
@TestProfile(OidcProfile.class)
class TimeSeriesTest {

    /** In everything that is made up. */
    static final String MARK = "zq";

    /** After so many rounds without a new series there is none: one that is made up would be new in each round. */
    private static final int QUIET_ROUNDS = 5;

    private static final int MOST_ROUNDS = 30;
    private static final int AT_ONCE = 8;
    private static final String CALLS = "/v1/accounts/a1b2c3d4e5/calls/";
    private static final String SUBSCRIPTIONS = "/v1/accounts/life/subscriptions";
    private static final String AUTHORIZATION = "Authorization";
    private static final String CONTENT_TYPE = "Content-Type";
    private static final String JSON = "application/json";

    /** They come and go with the machine and its garbage collector. */
    private static final List<String> OF_THE_MACHINE = List.of("jvm_", "netty_", "process_", "system_");

    /** What no test has to escape in a path, a header or JSON. */
    private static final List<String> ODDITIES = List.of("", "-", ".", "_", "~", "0044", "UNKNOWN", "x".repeat(200));

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    WireMock wireMock;

    @ConfigProperty(name = "quarkus.wiremock.devservices.port")
    int wireMockPort;

    @ConfigProperty(name = "quarkus.management.test-port")
    int managementPort;

    @ConfigProperty(name = PushSink.URL)
    String sinks;

    private final ExecutorService clients = Executors.newFixedThreadPool(AT_ONCE);
    private TestIssuer issuer;
    private List<StubMapping> calls;

    /**
     * Requests that differ in nothing but in what is made up.
     *
     * @param answers the statuses that they can end in
     * @param attempt makes one, and returns the status of its answer
     */
    private record Kind(String name, Set<Integer> answers, Callable<Integer> attempt) {}

    @BeforeEach
    void anIssuerAndVonage() {
        issuer = new TestIssuer(wireMock, "http://localhost:" + wireMockPort + "/issuers/main")
                .publishes(OidcProfile.MAIN_KEY);
        Stream.of("a1b2c3d4e5", "life", "notified")
                .forEach(account -> new VonageStub(wireMock, account).grantsTokens());
        calls = List.of(
                wireMock.register(WireMock.get(urlPathMatching("/v0/life/calls/.*"))
                        .willReturn(okJson("{\"status\":null,\"dispositionCode\":\"Sale\"}"))),
                wireMock.register(
                        WireMock.get(urlPathMatching("/v0/a1b2c3d4e5/calls/.*")).willReturn(notFound())));
    }

    @AfterEach
    void other_tests_have_calls_of_their_own() {
        calls.forEach(wireMock::removeStubMapping);
        clients.shutdownNow();
    }

    @Test
    void nothing_that_others_make_up_is_a_new_time_series() throws Exception {
        List<Kind> kinds = Stream.of(ofStrangers(), ofCallers(), ofSubscribers(), ofNotifications(), ofUpstreams())
                .flatMap(List::stream)
                .toList();
        Set<String> known = series();
        Set<String> added = Set.of();
        int quiet = 0;
        for (int round = 0; round < MOST_ROUNDS && quiet < QUIET_ROUNDS; round++) {
            assertThat(surprises(kinds)).as("other answers").isEmpty();
            added = series();
            added.removeAll(known);
            known.addAll(added);
            quiet = added.isEmpty() ? quiet + 1 : 0;
        }
        assertThat(known).noneMatch(series -> series.toLowerCase(Locale.ROOT).contains(MARK));
        assertThat(quiet)
                .as("rounds without a new series; the last new ones: %s", added)
                .isEqualTo(QUIET_ROUNDS);
        // All of them were counted.
        assertThat(known)
                .anyMatch(series -> series.contains("uri=\"/v1/accounts/{accountKey}/calls/{callGuid}\""))
                .anyMatch(series -> series.contains("method=\"OTHER\""))
                .anyMatch(series -> series.contains("status=\"4xx\""))
                .anyMatch(series -> series.startsWith("callwatch_push_"));
    }

    /** Makes a request of each kind, and returns the answers that it cannot end in. */
    private List<String> surprises(List<Kind> kinds) throws Exception {
        List<Future<Integer>> answers =
                clients.invokeAll(kinds.stream().map(Kind::attempt).toList());
        List<String> surprises = new ArrayList<>();
        for (int i = 0; i < kinds.size(); i++) {
            int status = answers.get(i).get();
            if (!kinds.get(i).answers().contains(status)) {
                surprises.add(kinds.get(i).name() + ": " + status);
            }
        }
        return surprises;
    }

    private static List<Kind> ofStrangers() {
        return List.of(
                raw("method", 501, () -> text().toUpperCase(Locale.ROOT) + " /v1/accounts"),
                raw("method at the page", 404, () -> "PATCH /?" + text()),
                raw("path", 404, () -> "GET /" + text()),
                raw("path with an invented method", 501, () -> "ZQ" + number() + " /" + text()),
                raw("path of the version", 404, () -> "GET /v1/" + text()),
                raw("path of a later version", 404, () -> "GET /v2/accounts/" + text()),
                raw("path of an account", 404, () -> "GET /v1/accounts/" + text() + "/" + text()),
                raw("account", 401, () -> "GET /v1/accounts/" + text() + "/calls"),
                raw("call", 401, () -> "GET /v1/accounts/" + text() + "/calls/" + UUID.randomUUID()),
                raw("no call", 401, () -> "GET /v1/accounts/" + text() + "/calls/" + text()),
                raw("reference", 404, () -> "GET /reference/" + text() + ".md"),
                raw("operations", 404, () -> "GET /q/" + text()),
                raw("line", 414, () -> "GET /v1/accounts?" + text() + "x".repeat(9_000)),
                raw("longer line", 414, () -> "GET /v1/accounts?" + text() + "x".repeat(20_000)),
                withHeaders("host", 401, () -> "Host: " + text() + ".example:" + number()),
                withHeaders("address", 401, () -> "Host: 10.0.0." + number() % 256),
                withHeaders("hosts", 400, () -> "Host: " + text() + "\r\nHost: " + text()),
                withHeaders("header", 401, () -> "Host: a\r\n" + text() + ": " + text()),
                withHeaders("headers", 431, () -> "Host: a\r\n" + text() + ": " + "x".repeat(17_000)),
                withHeaders("method in a header", 401, () -> "Host: a\r\nX-HTTP-Method-Override: " + text()),
                withHeaders("origin", 401, () -> "Host: a\r\nOrigin: https://" + text() + ".example"),
                withHeaders(
                        "forwarded",
                        401,
                        () -> "Host: a\r\nX-Forwarded-Prefix: /" + text() + "\r\nX-Forwarded-Host: " + text()
                                + "\r\nForwarded: host=" + text()),
                withHeaders("media type", 406, () -> "Host: a\r\nAccept: text/" + text()),
                withHeaders("token", 401, () -> "Host: a\r\nAuthorization: Bearer " + text()),
                withHeaders("scheme", 401, () -> "Host: a\r\nAuthorization: " + text() + " " + text()));
    }

    private List<Kind> ofCallers() {
        return List.of(
                kind("caller", 200, () -> get(token(caller()), "/v1/accounts")),
                kind(
                        "groups and scopes",
                        200,
                        () -> get(
                                token(caller(), claims -> {
                                    claims.setStringListClaim("groups", text(), text());
                                    claims.setClaim("scope", text() + " " + text());
                                    claims.setClaim(text(), text());
                                }),
                                "/v1/accounts")),
                kind("unknown caller", 403, () -> get(token(text()), CALLS + UUID.randomUUID())),
                kind(
                        "unknown account",
                        403,
                        () -> get(token(caller()), "/v1/accounts/" + MARK + number() + "/calls/" + UUID.randomUUID())),
                kind("no account", 404, () -> lookUp(MARK + number())),
                kind(
                        "issuer",
                        401,
                        () -> get(
                                token(caller(), claims -> claims.setIssuer("https://" + text() + ".example")),
                                "/v1/accounts")),
                kind("audience", 401, () -> get(token(caller(), claims -> claims.setAudience(text())), "/v1/accounts")),
                kind(
                        "key",
                        401,
                        () -> get(
                                TestIssuer.sign(
                                        OidcProfile.MAIN_KEY,
                                        issuer.claims(caller()),
                                        token -> token.setKeyIdHeaderValue(text())),
                                "/v1/accounts")),
                kind(
                        "media type",
                        406,
                        () -> status(request("/v1/accounts")
                                .header(AUTHORIZATION, "Bearer " + token(caller()))
                                .header("Accept", "text/" + text()))),
                kind("unknown call", 404, () -> get(token(caller()), CALLS + UUID.randomUUID())),
                kind(
                        "batch",
                        200,
                        () -> post(
                                caller(),
                                CALLS + "lookup",
                                JSON,
                                "{\"ids\":[\"%s\",\"%s\"]}".formatted(text(), UUID.randomUUID()))),
                kind(
                        "media type of a body",
                        415,
                        () -> post(caller(), CALLS + "lookup", text() + "/" + text(), "{\"ids\":[]}")),
                kind("query", 400, () -> get(token(caller()), "/v1/accounts/life/calls?state=" + text())));
    }

    private List<Kind> ofSubscribers() {
        return List.of(
                kind("sink", 201, () -> subscribe(sinks + "/hooks/" + MARK + number() + "?" + text())),
                kind("refused sink", 422, () -> subscribe("https://" + MARK + number() + ".example/" + text())),
                kind(
                        "unknown subscription",
                        404,
                        () -> get(token("dialler-" + text()), SUBSCRIPTIONS + "/" + MARK + number())));
    }

    private static List<Kind> ofNotifications() {
        return List.of(
                kind("unknown name", 401, () -> notify(text(), notification(), UnaryOperator.identity())),
                kind("notification", 204, () -> notify("notified", notification(), UnaryOperator.identity())),
                kind("no event", 400, () -> notify("notified", "{\"" + text() + "\":1}", UnaryOperator.identity())),
                kind("signature", 401, () -> notify("notified", notification(), signature -> signature + text())));
    }

    private List<Kind> ofUpstreams() {
        List<Kind> kinds = new ArrayList<>();
        for (int status : OddUpstream.CLASSES) {
            // Outages open the circuit: then the answer is 503.
            kinds.add(new Kind("calls " + status, Set.of(502, 503), () -> lookUp("odd-" + status)));
            kinds.add(new Kind("tokens " + status, Set.of(502, 503), () -> lookUp("odd-token-" + status)));
        }
        kinds.add(kind("nonsense", 502, () -> lookUp("odd-body")));
        kinds.add(kind("call", 200, () -> lookUp("odd-call")));
        return kinds;
    }

    private static Kind kind(String name, int status, Callable<Integer> attempt) {
        return new Kind(name, Set.of(status), attempt);
    }

    private static Kind raw(String name, int status, Supplier<String> line) {
        return kind(name, status, () -> exchange(line.get(), "Host: a"));
    }

    private static Kind withHeaders(String name, int status, Supplier<String> headers) {
        return kind(name, status, () -> exchange("GET /v1/accounts", headers.get()));
    }

    private static int exchange(String line, String headers) throws IOException {
        String answers = RawClient.exchange(line + " HTTP/1.1\r\n" + headers + "\r\nConnection: close\r\n\r\n");
        return RawClient.statuses(answers).get(0);
    }

    private int lookUp(String account) throws Exception {
        return get(
                token(text(), claims -> claims.setClaim("scope", "calls:" + text())),
                "/v1/accounts/" + account + "/calls/" + UUID.randomUUID());
    }

    private int subscribe(String sink) throws Exception {
        return post("dialler-" + text(), SUBSCRIPTIONS, JSON, """
                {"protocol":"HTTP","sink":"%s",
                 "config":{"subscriptionDetail":{"calls":["%s"]},"initialEvent":true}}""".formatted(sink, UUID.randomUUID()));
    }

    private static String notification() {
        return ANotification.of(text(), text(), UUID.randomUUID().toString());
    }

    private static int notify(String account, String body, UnaryOperator<String> signature) throws Exception {
        return status(request("/v1/notifications/" + account)
                .header(CONTENT_TYPE, "application/cloudevents+json")
                .header("Vonage-Signature", signature.apply(ANotification.signature(body)))
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static int get(String token, String path) throws Exception {
        return status(request(path).header(AUTHORIZATION, "Bearer " + token));
    }

    private int post(String subject, String path, String mediaType, String body) throws Exception {
        return status(request(path)
                .header(AUTHORIZATION, "Bearer " + token(subject))
                .header(CONTENT_TYPE, mediaType)
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + path));
    }

    private static int status(HttpRequest.Builder request) throws Exception {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    /** One that the rules are about. */
    private static String caller() {
        return "crm-" + text();
    }

    private String token(String subject) {
        return token(subject, claims -> {});
    }

    private String token(String subject, Consumer<JwtClaims> change) {
        return issuer.token(OidcProfile.MAIN_KEY, subject, change);
    }

    private static String text() {
        return MARK + number() + ODDITIES.get(ThreadLocalRandom.current().nextInt(ODDITIES.size()));
    }

    private static int number() {
        return ThreadLocalRandom.current().nextInt(60_000);
    }

    private Set<String> series() throws Exception {
        HttpRequest metrics = HttpRequest.newBuilder(URI.create("http://localhost:" + managementPort + "/q/metrics"))
                .header("Accept", "text/plain")
                .build();
        return HTTP.send(metrics, HttpResponse.BodyHandlers.ofLines())
                .body()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.substring(0, line.lastIndexOf(' ')))
                .filter(series -> OF_THE_MACHINE.stream().noneMatch(series::startsWith))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
