package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.WireMock;
import dev.callwatch.RawHttp2;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** HTTP/2 without TLS, with which the client begins. */
@QuarkusTest
@ConnectWireMock
class Http2Test {

    private static final LogRecorder LOG = new LogRecorder();
    private static final int FRAME = 10_000;

    /** Less than what a client may send before it is asked for more (RFC 9113, section 6.9.2). */
    private static final int WINDOW = 60_000;

    WireMock wireMock;

    @BeforeAll
    static void recordLog() {
        LOG.start();
    }

    @AfterAll
    static void no_error_was_logged() {
        LOG.stop();
        assertThat(LOG.errors()).isEmpty();
    }

    @Test
    void a_body_is_read() throws Exception {
        VonageStub vonage = new VonageStub(wireMock, "batch").grantsTokens().answersCalls(okJson(VonageStub.ACTIVE));
        RawHttp2.Answer answer = lookUp("{\"ids\":[\"" + vonage.guid() + "\"]}");
        assertThat(answer.status()).isEqualTo("200");
        assertThat(answer.body()).contains("\"state\":\"active\"");
    }

    @Test
    void an_empty_body_is_an_invalid_request() throws Exception {
        assertThat(lookUp("").status()).isIn("400", "411");
        assertThat(lookUp("{}").status()).isEqualTo("400");
    }

    @Test
    void a_body_that_is_too_large_is_refused() throws Exception {
        try (RawHttp2 client = new RawHttp2(RestAssured.port, 1 << 16)) {
            int id = beginLookUp(client, Map.of("content-length", "70000"));
            assertThat(client.answers(1).get(id).status()).isEqualTo("413");
        }
    }

    @Test
    void a_body_of_unknown_length_is_read_within_the_same_limit() throws Exception {
        VonageStub vonage = new VonageStub(wireMock, "batch").grantsTokens().answersCalls(okJson(VonageStub.ACTIVE));
        RawHttp2.Answer answer = lookUpOfUnknownLength("{\"ids\":[\"" + vonage.guid() + "\"]}");
        assertThat(answer.status()).isEqualTo("200");
        assertThat(answer.body()).contains("\"state\":\"active\"");
        assertThat(lookUpOfUnknownLength("x".repeat(70_000)).status()).isEqualTo("413");
    }

    @Test
    void a_body_that_does_not_arrive_in_time_is_refused() throws Exception {
        try (RawHttp2 client = new RawHttp2(RestAssured.port, 1 << 16)) {
            int id = beginLookUp(client, Map.of("content-length", "50"));
            client.data(id, "{", false);
            assertThat(client.answers(1).get(id).status()).isEqualTo("408");
        }
    }

    @Test
    void a_body_that_ends_in_an_empty_frame_is_handled_once() throws Exception {
        VonageStub vonage = new VonageStub(wireMock, "batch").grantsTokens().answersCalls(okJson(VonageStub.ACTIVE));
        String body = "{\"ids\":[\"" + vonage.guid() + "\"]}";
        try (RawHttp2 client = new RawHttp2(RestAssured.port, 1 << 16)) {
            for (int i = 0; i < 20; i++) {
                int id = beginLookUp(client, Map.of("content-length", Integer.toString(body.length())));
                client.data(id, body, false);
                client.data(id, "", true);
            }
            assertThat(client.answers(20).values())
                    .allMatch(answer -> answer.status().equals("200")
                            && answer.body().startsWith("{\"results\":[")
                            && answer.body().endsWith("}]}"));
        }
        assertThat(vonage.callRequests()).isPositive();
    }

    @Test
    void as_many_requests_as_a_connection_may_have_are_answered_at_once() throws Exception {
        try (RawHttp2 client = new RawHttp2(RestAssured.port, 1 << 16)) {
            for (int i = 0; i < 100; i++) {
                client.request("GET", "/v1/accounts/nobody/calls/94e5928c-7f7e-4645-ad72-61010f906449", Map.of(), true);
            }
            assertThat(client.answers(100).values())
                    .allMatch(answer ->
                            answer.status().equals("404") && answer.body().contains("account-not-found"));
        }
    }

    /** Its connection has a window of 64 KiB, so some of the answers are never written. */
    @Test
    void a_client_that_leaves_before_its_answers_are_written_is_no_error() throws Exception {
        try (RawHttp2 client = new RawHttp2(RestAssured.port, 1 << 16)) {
            for (int i = 0; i < 100; i++) {
                client.request("GET", "/v1/accounts", Map.of(), true);
            }
            assertThat(client.answers(5)).hasSize(5);
        }
        RestAssured.get("/v1/accounts").then().statusCode(200);
    }

    private static RawHttp2.Answer lookUp(String body) throws Exception {
        return lookUp(body, Map.of("content-length", Integer.toString(body.length())));
    }

    private static RawHttp2.Answer lookUpOfUnknownLength(String body) throws Exception {
        return lookUp(body, Map.of());
    }

    /** Sends the head of a batch. */
    private static int beginLookUp(RawHttp2 client, Map<String, String> length) throws Exception {
        Map<String, String> headers = new HashMap<>(length);
        headers.put("content-type", "application/json");
        return client.request("POST", "/v1/accounts/batch/calls/lookup", headers, false);
    }

    private static RawHttp2.Answer lookUp(String body, Map<String, String> length) throws Exception {
        try (RawHttp2 client = new RawHttp2(RestAssured.port, 1 << 16)) {
            int id = beginLookUp(client, length);
            for (int sent = 0; sent < body.length(); sent += FRAME) {
                if (sent == WINDOW) {
                    client.awaitWindow(id);
                }
                client.data(id, body.substring(sent, Math.min(sent + FRAME, body.length())), false);
            }
            client.data(id, "", true);
            return client.answers(1).get(id);
        }
    }
}
