package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.WireMock;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests that no well-behaved client sends, byte by byte. Whatever they are: no answer is a 500, no log line is
 * anything but ours, and Vonage gets requests for nothing but canonical GUIDs of accounts we hold.
 */
@QuarkusTest
@ConnectWireMock
class HostileRequestsTest {

    private static final String ACCOUNT = "/v1/accounts/a1b2c3d4e5";
    private static final String CALLS = ACCOUNT + "/calls/";
    private static final String GUID = "94e5928c-7f7e-4645-ad72-61010f906449";
    private static final String LIST = "GET /v1/accounts HTTP/1.1\r\nHost: localhost\r\n";
    private static final String LOOK_UP =
            "POST " + CALLS + "lookup HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    private static final String SIXTEEN_K = "4000\r\n" + "x".repeat(0x4000) + "\r\n";

    private static final LogRecorder LOG = new LogRecorder();

    WireMock wireMock;

    @ConfigProperty(name = "quarkus.http.idle-timeout")
    Duration idleTimeout;

    @BeforeAll
    static void recordLog() {
        LOG.start();
    }

    @AfterAll
    static void no_request_forged_a_log_line() {
        Logger.getLogger(HostileRequestsTest.class).info("The last line");
        LOG.stop();
        assertThat(LOG.lines())
                .isNotEmpty()
                .noneMatch(line -> line.contains("\u001b") || line.matches("(?s).*[\r\n]\\s*FORGED.*"));
        assertThat(LOG.errors()).isEmpty();
    }

    @BeforeEach
    void resetWireMock() {
        wireMock.resetToDefaultMappings();
        wireMock.resetRequests();
        new VonageStub(wireMock, "a1b2c3d4e5").grantsTokens();
        wireMock.register(
                WireMock.get(urlPathMatching("/v0/a1b2c3d4e5/calls/" + GUID)).willReturn(okJson(VonageStub.ACTIVE)));
    }

    @AfterEach
    void vonage_got_no_other_request() {
        assertThat(wireMock.getServeEvents())
                .extracting(event -> event.getRequest().getUrl())
                .isSubsetOf("/Auth/connect/token", "/v0/a1b2c3d4e5/calls/" + GUID);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                GUID + "%252f..",
                "%252e%252e",
                "%252e%252e%252f%252e%252e",
                GUID + "%2f..%2fother",
                GUID + "%2fevents",
                GUID + "%5c..",
                GUID + "%00",
                "%00" + GUID,
                GUID + "%20",
                GUID + "%0d%0aX-Injected:%201",
                GUID + "%0aFORGED%20line",
                "%1b%5b2J%0d%0aFORGED",
                "%c0%ae%c0%ae",
                "%ff",
                "%E2%80%AE" + GUID,
                "\u00e9",
                GUID + "#fragment",
                GUID + "%3ba=b",
                "*"
            })
    void a_malformed_guid_in_any_spelling_is_an_invalid_request(String trick) throws IOException {
        String answer = RawClient.get(CALLS + trick);
        assertThat(RawClient.statuses(answer)).containsExactly(400);
        assertThat(answer).contains("urn:callwatch:problem:invalid-request").doesNotContain("\r\nX-Injected");
        assertThat(wireMock.getServeEvents()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                CALLS + "%2e%2e",
                CALLS + "..",
                CALLS + ".",
                CALLS + "%2e%2e/%2e%2e/q/health",
                CALLS + "../../../q/health",
                ACCOUNT + "%2fcalls%2f" + GUID,
                "/v1/accounts/%2e%2e/calls/" + GUID,
                "/console/../../application.properties",
                "/console/%2e%2e/%2e%2e/application.properties",
                "/console/..%5c..%5capplication.properties",
                "/console/%00",
                "/q/health",
                "/q/metrics"
            })
    void a_path_with_dot_segments_reaches_nothing_else(String path) throws IOException {
        assertThat(RawClient.statuses(RawClient.get(path))).containsExactly(404);
        assertThat(wireMock.getServeEvents()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"%zz", "%", "{callGuid}", "..\\..\\", GUID + "?x=%zz", "events?id=%zz"})
    void a_malformed_path_is_refused(String path) throws IOException {
        assertThat(RawClient.statuses(RawClient.get(CALLS + path))).containsExactly(400);
        assertThat(wireMock.getServeEvents()).isEmpty();
    }

    /** The framework would take them for the path of the call, and rules for paths in a proxy would not. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                CALLS + GUID + ";a=b",
                CALLS + GUID + ";",
                "/v1/accounts;x=y/a1b2c3d4e5;z=1/calls;../" + GUID,
                "//v1//accounts//a1b2c3d4e5//calls//" + GUID,
                "//v1/accounts/a1b2c3d4e5/calls/" + GUID,
                CALLS + GUID + "/",
                CALLS + "x/../" + GUID,
                CALLS + "./" + GUID,
                ACCOUNT + "/calls;x=1/lookup",
                "/v1/accounts/"
            })
    void another_spelling_of_a_path_is_not_found(String path) throws IOException {
        String answer = RawClient.get(path);
        assertThat(RawClient.statuses(answer)).containsExactly(404);
        assertThat(answer).contains("application/problem+json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {CALLS + "94e5928c%2D7f7e%2D4645%2Dad72%2D61010f906449", "http://evil.example" + CALLS + GUID})
    void what_uris_define_as_the_same_path_is_that_path(String path) throws IOException {
        String answer = RawClient.get(path, "Cache-Control: no-cache");
        assertThat(RawClient.statuses(answer)).containsExactly(200);
        assertThat(answer).contains("\"id\":\"" + GUID + "\"");
    }

    @Test
    void a_path_that_is_too_long_is_refused() throws IOException {
        assertThat(RawClient.statuses(RawClient.get(CALLS + "a".repeat(8_000)))).containsExactly(400);
        String answer = RawClient.get(CALLS + "a".repeat(9_000));
        assertThat(RawClient.statuses(answer)).containsExactly(414);
        assertThat(answer).contains("application/problem+json");
    }

    /** Beyond 16 KiB it cannot be decoded. */
    @ParameterizedTest
    @ValueSource(ints = {15_000, 17_000, 65_000, 5_000_000})
    void a_line_of_any_length_is_refused_with_a_problem(int length) throws IOException {
        String answer = RawClient.get(CALLS + "a".repeat(length));
        assertThat(RawClient.statuses(answer)).containsExactly(414);
        assertIsWholeProblem(answer, "The path is too long.");
    }

    private static void assertIsWholeProblem(String answer, String detail) {
        String head = answer.substring(0, answer.indexOf("\r\n\r\n") + 2).toLowerCase(Locale.ROOT);
        String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        assertThat(head)
                .contains("\r\ncontent-type: application/problem+json\r\n")
                .contains("\r\ncontent-length: " + body.length() + "\r\n")
                .contains("\r\ncache-control: no-store\r\n")
                .contains("\r\ndate: ")
                .contains("\r\nconnection: close\r\n");
        assertThat(body)
                .startsWith("{\"type\":\"about:blank\"")
                .contains("\"detail\":\"" + detail + "\"")
                .containsPattern("\"traceId\":\"[0-9a-f]{32}\"")
                .endsWith("}");
    }

    @ParameterizedTest
    @ValueSource(ints = {9_000, 17_000, 65_000})
    void a_refused_line_does_not_overtake_the_answers_to_requests_before_it(int length) throws IOException {
        String lookUp = LOOK_UP + "Content-Length: 2\r\n\r\n{}";
        String tooLong = "GET /" + "a".repeat(length) + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        String answer = RawClient.exchange(LIST + "\r\n" + lookUp + LIST + "\r\n" + tooLong + SMUGGLED);
        assertThat(RawClient.statuses(answer)).containsExactly(200, 400, 200, 414);
        assertThat(answer.substring(answer.lastIndexOf("HTTP/1.")))
                .contains("The path is too long.")
                .endsWith("}");
    }

    @Test
    void an_invented_method_is_not_implemented() throws IOException {
        String answer = RawClient.exchange("M".repeat(4_000) + " /v1/accounts HTTP/1.1\r\nHost: localhost\r\n\r\n"
                + LIST + "Connection: close\r\n\r\n");
        assertThat(RawClient.statuses(answer)).containsExactly(501, 200);
        assertThat(answer).contains("application/problem+json");
    }

    @Test
    void two_hosts_are_refused() throws IOException {
        String answer = RawClient.exchange(LIST + "Host: other\r\n\r\n");
        assertThat(RawClient.statuses(answer)).containsExactly(400);
        assertThat(answer).contains("application/problem+json");
    }

    @Test
    void pipelined_requests_are_answered_in_their_order() throws IOException {
        String lookUp = LOOK_UP + "Content-Length: 2\r\n\r\n{}";
        String answer = RawClient.exchange((LIST + "\r\n" + lookUp).repeat(50) + LIST + "Connection: close\r\n\r\n");
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            expected.addAll(List.of(200, 400));
        }
        expected.add(200);
        assertThat(RawClient.statuses(answer)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"15000, 200", "17000, 431", "200000, 431"})
    void headers_that_are_too_large_are_refused(int size, int status) throws IOException {
        assertThat(RawClient.statuses(RawClient.get("/v1/accounts", "X-Filler: " + "a".repeat(size))))
                .containsExactly(status);
    }

    /** Beyond 32 KiB they cannot be decoded. */
    @ParameterizedTest
    @ValueSource(ints = {17_000, 31_000, 33_000, 65_000, 5_000_000})
    void headers_of_any_size_are_refused_with_a_problem(int size) throws IOException {
        String answer = RawClient.get("/v1/accounts", "X-Filler: " + "a".repeat(size));
        assertThat(RawClient.statuses(answer)).containsExactly(431);
        assertIsWholeProblem(answer, "The headers are too large.");
        assertThat(answer).contains("\"instance\":\"/v1/accounts\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-A: a\rX-B: b",
                "X-A: a\nX-B: b",
                "X-A: a\u0000b",
                "X-A: a\rFORGED line",
                "X-A: \u001b[2J\u0001",
                "X-A",
                "X-A : a",
                "Content-Length: +5",
                "Content-Length: -5",
                "Content-Length: abc",
                "Content-Length: 99999999999999999999"
            })
    void a_malformed_header_is_refused(String header) throws IOException {
        String answer = RawClient.exchange(LIST + header + "\r\nConnection: close\r\n\r\n");
        assertThat(RawClient.statuses(answer)).containsExactly(400);
        assertIsWholeProblem(answer, "The request cannot be understood.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 200",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: \u000bchunked",
                "Transfer-Encoding: gzip, chunked",
                "Content-Length: 0\r\nContent-Length: 5",
                "Content-Length: 0, 5"
            })
    void a_request_with_an_ambiguous_end_closes_the_connection(String framing) throws IOException {
        String answer = RawClient.exchange(LOOK_UP + framing + "\r\n\r\n0\r\n\r\n" + SMUGGLED);
        assertThat(RawClient.statuses(answer)).containsExactly(400);
        assertThat(answer).doesNotContain("smuggled").doesNotContain(RawClient.STILL_OPEN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zz\r\nabc\r\n", "ffffffffffffffff\r\nabc\r\n", "-1\r\nabc\r\n", "5;\nxx\r\nabcde\r\n"})
    void a_malformed_chunk_closes_the_connection(String chunk) throws IOException {
        String answer =
                RawClient.exchange(LOOK_UP + "Transfer-Encoding: chunked\r\n\r\n" + chunk + "0\r\n\r\n" + SMUGGLED);
        assertThat(answer).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 20})
    void a_body_in_chunks_has_the_same_limit(int chunks) throws IOException {
        String answer = RawClient.exchange(LOOK_UP + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                + SIXTEEN_K.repeat(chunks) + "0\r\n\r\n");
        assertThat(RawClient.statuses(answer)).containsExactly(413);
        assertThat(answer).contains("application/problem+json").contains("The body is too large.");
    }

    @Test
    void a_body_in_chunks_is_read_like_any_other() throws IOException {
        String body = "{\"ids\":[\"" + GUID + "\"]}";
        String half = Integer.toHexString(body.length() - 10);
        String answer = RawClient.exchange(LOOK_UP + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + half
                + "\r\n" + body.substring(0, body.length() - 10) + "\r\na\r\n" + body.substring(body.length() - 10)
                + "\r\n0\r\n\r\n");
        assertThat(RawClient.statuses(answer)).containsExactly(200);
        assertThat(answer).contains("\"state\":\"active\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 0", "Transfer-Encoding: chunked"})
    void an_empty_body_is_an_invalid_request(String framing) throws IOException {
        String end = framing.startsWith("T") ? "0\r\n\r\n" : "";
        String answer = RawClient.exchange(LOOK_UP + "Connection: close\r\n" + framing + "\r\n\r\n" + end);
        assertThat(RawClient.statuses(answer)).containsExactly(400);
        assertThat(answer).contains("urn:callwatch:problem:invalid-request");
    }

    @Test
    void expect_100_continue_is_answered_once() throws IOException {
        String answer = RawClient.exchange(
                LOOK_UP + "Connection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}");
        assertThat(RawClient.statuses(answer)).containsExactly(100, 400);
    }

    @Test
    void the_next_request_on_the_connection_is_answered_too() throws IOException {
        String answer =
                RawClient.exchange(LOOK_UP + "Content-Length: 2\r\n\r\n{}" + LIST + "Connection: close\r\n\r\n");
        assertThat(RawClient.statuses(answer)).containsExactly(400, 200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 50\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"})
    void a_body_that_does_not_arrive_in_time_is_refused(String beginning) throws IOException {
        String answer = RawClient.exchange(LOOK_UP + beginning);
        assertThat(RawClient.statuses(answer)).containsExactly(408);
        assertThat(answer).contains("application/problem+json").doesNotContain(RawClient.STILL_OPEN);
    }

    @Test
    void a_caller_that_disconnects_within_its_body_leaves_the_service_working() throws IOException {
        try (RawClient leaving = new RawClient(Duration.ofSeconds(1))) {
            leaving.send(LOOK_UP + "Content-Length: 50\r\n\r\n{");
        }
        assertThat(RawClient.statuses(RawClient.get("/v1/accounts"))).containsExactly(200);
    }

    @Test
    void the_idle_timeout_is_longer_than_the_silence_of_long_polls_and_streams() {
        assertThat(idleTimeout).isBetween(Duration.ofSeconds(75), Duration.ofMinutes(5));
    }

    @ParameterizedTest
    @CsvSource({"///, 415", "nonsense, 415", "application/json; charset=nope, 400", "multipart/form-data, 415"})
    void a_malformed_content_type_is_no_500(String type, int status) throws IOException {
        String answer = RawClient.exchange("POST " + CALLS + "lookup HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                + type + "\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
        assertThat(RawClient.statuses(answer)).containsExactly(status);
        assertThat(answer).contains("application/problem+json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"///", "application/xml;q=\u00e9", "a/b;q=0.5,,;", "text/html"})
    void a_malformed_accept_is_no_500(String accept) throws IOException {
        assertThat(RawClient.statuses(RawClient.get(CALLS + GUID, "Accept: " + accept)))
                .containsExactly(406);
    }

    @Test
    void a_request_without_a_host_is_refused_with_a_problem() throws IOException {
        String answer = RawClient.exchange("GET /v1/accounts HTTP/1.1\r\n\r\n");
        assertThat(RawClient.statuses(answer)).containsExactly(400);
        assertThat(answer).contains("application/problem+json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "GET /v1/accounts", "\u0016\u0003\u0001\u0000\u0005hello", "GET  / HTTP/1.1 x"})
    void bytes_that_are_no_request_are_refused(String line) throws IOException {
        assertThat(RawClient.statuses(RawClient.exchange(line + "\r\n\r\n"))).isIn(List.of(400), List.of());
    }
}
