package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.http.Fault;
import dev.callwatch.MeetsContract;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@ConnectWireMock
@ExtendWith(MeetsContract.class)
class UpstreamFaultsTest {

    private static final LogRecorder LOG = new LogRecorder();

    WireMock wireMock;

    @BeforeAll
    static void record() {
        LOG.start();
    }

    @AfterAll
    static void nothing_planted_was_logged() {
        LOG.stop();
        assertThat(LOG.lines()).isNotEmpty().noneMatch(line -> line.contains("planted"));
    }

    @BeforeEach
    void forget() {
        wireMock.resetToDefaultMappings();
    }

    @Test
    void an_unknown_call_is_not_retried_and_remembered_for_a_moment() {
        VonageStub vonage = vonage("statuses").grantsTokens().answersCalls(VonageStub.status(404));
        problem(vonage.lookUp(), 404, "call-not-found");
        problem(vonage.lookUp(), 404, "call-not-found");
        assertThat(vonage.callRequests()).isEqualTo(1);
    }

    @Test
    void a_403_is_not_retried_and_hints_at_the_scope() {
        VonageStub vonage = vonage("statuses").grantsTokens().answersCalls(VonageStub.status(403));
        problem(vonage.lookUp(), 502, "upstream-forbidden").body("detail", containsString("scope"));
        assertThat(vonage.callRequests()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 206, 301, 302, 304, 307, 400, 406, 410, 501, 505})
    void a_status_without_meaning_here_is_an_upstream_error_at_once(int status) {
        VonageStub vonage = vonage("statuses")
                .grantsTokens()
                .answersCalls(aResponse().withStatus(status).withHeader("Location", "/elsewhere"));
        problem(vonage.lookUp(), 502, "upstream-error");
        assertThat(vonage.callRequests()).isEqualTo(1);
        wireMock.verifyThat(0, anyRequestedFor(urlEqualTo("/elsewhere")));
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 504})
    void a_transient_status_is_retried(int status) {
        VonageStub vonage =
                vonage("retried").grantsTokens().answersCalls(VonageStub.status(status), okJson(VonageStub.ACTIVE));
        vonage.lookUp().then().statusCode(200);
        assertThat(vonage.callRequests()).isEqualTo(2);
    }

    @Test
    void after_a_401_the_token_is_renewed_once_and_the_request_repeated() {
        VonageStub vonage = vonage("renewal")
                .answersTokens(VonageStub.granted("planted-1"), VonageStub.granted("planted-2"))
                .answersCalls(VonageStub.status(401), okJson(VonageStub.ACTIVE));
        vonage.lookUp().then().statusCode(200);
        assertThat(vonage.callRequests()).isEqualTo(2);
        assertThat(vonage.tokenRequests()).isEqualTo(2);
    }

    @Test
    void a_second_401_is_a_problem() {
        VonageStub vonage = vonage("rejected").grantsTokens().answersCalls(VonageStub.status(401));
        problem(vonage.lookUp(), 502, "upstream-rejected-credentials");
        assertThat(vonage.callRequests()).isEqualTo(2);
        assertThat(vonage.tokenRequests()).isEqualTo(2);
    }

    @Test
    void a_burst_of_401s_is_one_token_request() {
        VonageStub tokens =
                vonage("burst").answersTokens(VonageStub.granted("planted-1"), VonageStub.granted("planted-2"));
        String calls = "/v0/burst/calls/.*";
        wireMock.register(get(urlPathMatching(calls))
                .withHeader("Authorization", equalTo("Bearer planted-1"))
                .willReturn(VonageStub.status(401).withFixedDelay(200)));
        wireMock.register(get(urlPathMatching(calls))
                .withHeader("Authorization", equalTo("Bearer planted-2"))
                .willReturn(okJson(VonageStub.ACTIVE)));
        List<CompletableFuture<Response>> burst = IntStream.range(0, 30)
                .mapToObj(caller -> CompletableFuture.supplyAsync(
                        () -> vonage("burst").lookUp(), task -> new Thread(task, "caller-" + caller).start()))
                .toList();
        assertThat(burst.stream().map(CompletableFuture::join).map(Response::statusCode))
                .containsOnly(200);
        assertThat(tokens.tokenRequests()).isEqualTo(2);
    }

    @Test
    void a_429_is_retried_after_what_it_asks_for() {
        VonageStub vonage = vonage("throttled")
                .grantsTokens()
                .answersCalls(VonageStub.status(429).withHeader("Retry-After", "1"), okJson(VonageStub.ACTIVE));
        Response answer = vonage.lookUp();
        answer.then().statusCode(200);
        assertThat(answer.time()).isBetween(1_000L, 2_000L);
        assertThat(vonage.callRequests()).isEqualTo(2);
    }

    @Test
    void a_429_with_a_pause_beyond_the_deadline_is_a_problem_at_once() {
        VonageStub vonage = vonage("paused")
                .grantsTokens()
                .answersCalls(VonageStub.status(429).withHeader("Retry-After", "30"));
        problem(vonage.lookUp(), 503, "upstream-throttled").header("Retry-After", "30");
        assertThat(vonage.callRequests()).isEqualTo(1);
    }

    @Test
    void a_retry_after_may_be_a_date() {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(60));
        VonageStub vonage = vonage("paused-to-a-date")
                .grantsTokens()
                .answersCalls(VonageStub.status(429).withHeader("Retry-After", date));
        problem(vonage.lookUp(), 503, "upstream-throttled").header("Retry-After", matchesPattern("5\\d|60"));
    }

    @Test
    void a_retry_after_without_end_is_five_minutes() {
        String never = "Fri, 31 Dec 9999 23:59:59 GMT";
        VonageStub vonage = vonage("paused-for-ever")
                .grantsTokens()
                .answersCalls(VonageStub.status(429).withHeader("Retry-After", never));
        problem(vonage.lookUp(), 503, "upstream-throttled").header("Retry-After", "300");
        VonageStub tokens =
                vonage("token-throttled").answersTokens(VonageStub.status(429).withHeader("Retry-After", never));
        problem(tokens.lookUp(), 503, "upstream-throttled").header("Retry-After", "300");
        problem(tokens.lookUp(), 503, "upstream-throttled").header("Retry-After", matchesPattern("300|299"));
        assertThat(tokens.tokenRequests()).isEqualTo(1);
    }

    @Test
    void a_429_without_a_hint_ends_with_one_of_ours() {
        VonageStub vonage = vonage("paused-unsaid").grantsTokens().answersCalls(VonageStub.status(429));
        problem(vonage.lookUp(), 503, "upstream-throttled").header("Retry-After", matchesPattern("[2-4]"));
        assertThat(vonage.callRequests()).isEqualTo(1);
    }

    @Test
    void a_429_pauses_the_whole_account() {
        vonage("paused-whole")
                .grantsTokens()
                .answersCalls(VonageStub.status(429).withHeader("Retry-After", "30"))
                .lookUp();
        VonageStub other = vonage("paused-whole").answersCalls(okJson(VonageStub.ACTIVE));
        problem(other.lookUp(), 503, "upstream-throttled").header("Retry-After", matchesPattern("29|30"));
        assertThat(other.callRequests()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "<html>planted</html>", "{\"status\":\"Acti", "[]", "{}", "{\"message\":\"planted\"}", "null"
            })
    void a_200_that_is_no_call_is_malformed_and_not_retried(String body) {
        VonageStub vonage = vonage("malformed").grantsTokens().answersCalls(ok(body));
        problem(vonage.lookUp(), 502, "upstream-malformed");
        assertThat(vonage.callRequests()).isEqualTo(1);
    }

    @Test
    void a_call_is_read_whatever_its_content_type() {
        for (String type :
                List.of("text/plain", "text/event-stream", "application/x-ndjson", "application/json;version=3")) {
            VonageStub vonage = vonage("malformed")
                    .grantsTokens()
                    .answersCalls(ok(VonageStub.ACTIVE).withHeader("Content-Type", type));
            vonage.lookUp().then().statusCode(200).body("state", is("active"));
        }
    }

    @Test
    void half_a_character_is_answered() {
        VonageStub vonage = vonage("malformed")
                .grantsTokens()
                .answersCalls(okJson("{\"status\":\"Active\",\"dispositionCode\":\"a\\ud83d\"}"));
        vonage.lookUp().then().statusCode(200).body("disposition", is("a\uFFFD"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"Ringing\"", "5", "{}", "\"\""})
    void an_undocumented_status_is_unknown_and_kept(String status) {
        VonageStub vonage = vonage("malformed").grantsTokens().answersCalls(okJson("{\"status\":" + status + "}"));
        vonage.lookUp()
                .then()
                .statusCode(200)
                .body("state", is("unknown"))
                .body("ended", org.hamcrest.Matchers.nullValue())
                .body(containsString("\"vonage\":{\"status\":" + status + "}"));
    }

    @Test
    void a_body_of_just_one_mebibyte_passes() {
        VonageStub vonage = vonage("large").grantsTokens().answersCalls(okJson(filled(1 << 20)));
        vonage.lookUp().then().statusCode(200);
    }

    @Test
    void a_body_over_one_mebibyte_is_malformed() {
        VonageStub vonage = vonage("large").grantsTokens().answersCalls(okJson(filled((1 << 20) + 1)));
        problem(vonage.lookUp(), 502, "upstream-malformed");
        assertThat(vonage.callRequests()).isEqualTo(1);
    }

    @Test
    void a_body_over_one_mebibyte_is_cut_off_while_it_streams() {
        // Sent at this pace, the whole body would take longer than the read time-out and be a time-out.
        ResponseDefinitionBuilder eightMebibytes = ok(filled(8 << 20)).withChunkedDribbleDelay(32, 800);

        VonageStub call = vonage("large").grantsTokens().answersCalls(eightMebibytes);
        problem(call.lookUp(), 502, "upstream-malformed");
        assertThat(call.callRequests()).isEqualTo(1);

        VonageStub error = vonage("large").answersCalls(eightMebibytes.but().withStatus(501));
        problem(error.lookUp(), 502, "upstream-error");
        assertThat(error.callRequests()).isEqualTo(1);
    }

    @Test
    void an_answer_that_takes_too_long_is_a_timeout_at_the_deadline() {
        VonageStub vonage = vonage("slow")
                .grantsTokens()
                .answersCalls(okJson(VonageStub.ACTIVE).withFixedDelay(10_000));
        Response answer = vonage.lookUp();
        problem(answer, 504, "upstream-timeout");
        assertThat(answer.time()).isBetween(1_500L, 2_500L);
    }

    @Test
    void an_answer_that_drips_is_a_timeout_too() {
        VonageStub vonage =
                vonage("slow").grantsTokens().answersCalls(ok(VonageStub.ACTIVE).withChunkedDribbleDelay(10, 10_000));
        problem(vonage.lookUp(), 504, "upstream-timeout");
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void a_connection_cut_off_is_retried(Fault fault) {
        VonageStub vonage = vonage("cut")
                .grantsTokens()
                .answersCalls(aResponse().withStatus(200).withFault(fault), okJson(VonageStub.ACTIVE));
        vonage.lookUp().then().statusCode(200);
        assertThat(vonage.callRequests()).isEqualTo(2);
    }

    @Test
    void a_refused_connection_is_a_problem() {
        problem(vonage("nowhere").lookUp(), 502, "upstream-unreachable");
    }

    @Test
    void the_circuit_opens_on_an_outage_and_closes_after_a_probe() {
        VonageStub down = vonage("circuit").grantsTokens().answersCalls(VonageStub.status(503));
        Response last = down.lookUp();
        for (int lookUp = 0; lookUp < 30 && last.statusCode() != 503; lookUp++) {
            last = down.lookUp();
        }
        problem(last, 503, "upstream-unavailable").header("Retry-After", matchesPattern("[45]"));
        int asked = down.callRequests();
        assertThat(asked).isLessThanOrEqualTo(20);

        VonageStub up = vonage("circuit").answersCalls(okJson(VonageStub.ACTIVE));
        problem(up.lookUp(), 503, "upstream-unavailable");
        assertThat(up.callRequests()).isZero();

        await().atMost(Duration.ofSeconds(8))
                .pollInterval(Duration.ofMillis(250))
                .untilAsserted(() -> up.lookUp().then().statusCode(200));
    }

    @Test
    void refused_credentials_are_a_problem_and_not_sent_again_for_a_while() {
        VonageStub vonage = vonage("refused")
                .answersTokens(aResponse()
                        .withStatus(400)
                        .withBody("{\"error\":\"invalid_client\",\"error_description\":\"planted\"}"));
        problem(vonage.lookUp(), 502, "upstream-rejected-credentials");
        problem(vonage.lookUp(), 502, "upstream-rejected-credentials");
        assertThat(vonage.tokenRequests()).isEqualTo(1);
        assertThat(vonage.callRequests()).isZero();
    }

    @Test
    void faults_of_the_token_endpoint_have_the_same_problems_and_are_asked_for_once_a_second() {
        VonageStub vonage = vonage("token-faults")
                .answersTokens(
                        ok("<html>planted</html>"),
                        aResponse().withStatus(302).withHeader("Location", "/elsewhere"),
                        VonageStub.status(503),
                        okJson("{\"access_token\":\"planted\",\"expires_in\":\"7200\",\"token_type\":\"bearer\"}"))
                .answersCalls(okJson(VonageStub.ACTIVE));
        problem(vonage.lookUp(), 502, "upstream-malformed");
        for (int lookUp = 0; lookUp < 10; lookUp++) {
            vonage.lookUp().then().statusCode(502);
        }
        assertThat(vonage.tokenRequests()).isLessThanOrEqualTo(2);
        await().atMost(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> problem(vonage.lookUp(), 502, "upstream-error"));
        wireMock.verifyThat(0, anyRequestedFor(urlEqualTo("/elsewhere")));
        await().atMost(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> vonage.lookUp().then().statusCode(200));
        assertThat(vonage.tokenRequests()).isEqualTo(4);
        vonage.lookUp().then().statusCode(200);
        assertThat(vonage.tokenRequests()).isEqualTo(4);
    }

    @Test
    void a_token_without_a_lifetime_is_used() {
        VonageStub vonage = vonage("life")
                .answersTokens(okJson("{\"access_token\":\"planted\",\"token_type\":\"Bearer\"}"))
                .answersCalls(okJson(VonageStub.ACTIVE));
        vonage.lookUp().then().statusCode(200);
        vonage.lookUp().then().statusCode(200);
        assertThat(vonage.tokenRequests()).isLessThanOrEqualTo(1);
    }

    @Test
    void a_spent_budget_is_a_problem_without_a_request() {
        VonageStub first = vonage("poor").grantsTokens().answersCalls(okJson(VonageStub.ACTIVE));
        first.lookUp().then().statusCode(200);
        VonageStub second = vonage("poor").answersCalls(okJson(VonageStub.ACTIVE));
        problem(second.lookUp(), 503, "budget-exhausted").header("Retry-After", matchesPattern("5\\d|60"));
        assertThat(second.callRequests()).isZero();
    }

    private VonageStub vonage(String account) {
        return new VonageStub(wireMock, account);
    }

    private static ValidatableResponse problem(Response answer, int status, String name) {
        return answer.then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("type", is("urn:callwatch:problem:" + name))
                .body("status", is(status))
                .body("traceId", matchesPattern("[0-9a-f]{32}"))
                .body("instance", containsString("/v1/accounts/"))
                .body(not(containsString("planted")));
    }

    private static String filled(int bytes) {
        String frame = "{\"status\":\"Active\",\"filler\":\"\"}";
        return frame.replace("\"\"", '"' + "x".repeat(bytes - frame.length()) + '"');
    }
}
