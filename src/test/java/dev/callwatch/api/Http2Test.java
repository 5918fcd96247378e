package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.WireMock;
import dev.callwatch.RawHttp2;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** HTTP/2 without TLS, as JDK clients ask for by themselves. */
@QuarkusTest
@ConnectWireMock
class Http2Test {

    private static final LogRecorder LOG = new LogRecorder();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    WireMock wireMock;

    @BeforeAll
    static void recordLog() {
        LOG.start();
    }

    /** Bodies follow on a connection that is HTTP/2 already. */
    @BeforeEach
    void connect() throws IOException, InterruptedException {
        assertThat(send("/v1/accounts", "GET", BodyPublishers.noBody()).version())
                .isEqualTo(HttpClient.Version.HTTP_2);
    }

    @AfterAll
    static void no_error_was_logged() {
        LOG.stop();
        assertThat(LOG.errors()).isEmpty();
    }

    @Test
    void a_body_is_read() throws IOException, InterruptedException {
        VonageStub vonage = new VonageStub(wireMock, "batch").grantsTokens().answersCalls(okJson(VonageStub.ACTIVE));
        HttpResponse<String> answer = lookUp(BodyPublishers.ofString("{\"ids\":[\"" + vonage.guid() + "\"]}"));
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"state\":\"active\"");
    }

    @Test
    void an_empty_body_is_an_invalid_request() throws IOException, InterruptedException {
        assertThat(lookUp(BodyPublishers.ofString("")).statusCode()).isIn(400, 411);
        assertThat(lookUp(BodyPublishers.ofString("{}")).statusCode()).isEqualTo(400);
    }

    @Test
    void a_body_that_is_too_large_is_refused() throws IOException, InterruptedException {
        assertThat(lookUp(BodyPublishers.ofString("x".repeat(70_000))).statusCode())
                .isEqualTo(413);
    }

    @Test
    void a_body_of_unknown_length_is_read_within_the_same_limit() throws IOException, InterruptedException {
        VonageStub vonage = new VonageStub(wireMock, "batch").grantsTokens().answersCalls(okJson(VonageStub.ACTIVE));
        HttpResponse<String> answer = lookUp(ofUnknownLength("{\"ids\":[\"" + vonage.guid() + "\"]}"));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"state\":\"active\"");
        assertThat(lookUp(ofUnknownLength("x".repeat(70_000))).statusCode()).isEqualTo(413);
    }

    @Test
    void a_body_that_does_not_arrive_in_time_is_refused() throws Exception {
        try (RawHttp2 client = new RawHttp2(RestAssured.port, 1 << 16)) {
            int id = client.request(
                    "POST",
                    "/v1/accounts/batch/calls/lookup",
                    Map.of("content-type", "application/json", "content-length", "50"),
                    false);
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
                int id = client.request(
                        "POST",
                        "/v1/accounts/batch/calls/lookup",
                        Map.of("content-type", "application/json", "content-length", Integer.toString(body.length())),
                        false);
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
        assertThat(send("/v1/accounts", "GET", BodyPublishers.noBody()).statusCode())
                .isEqualTo(200);
    }

    private static BodyPublisher ofUnknownLength(String text) {
        return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static HttpResponse<String> lookUp(BodyPublisher body) throws IOException, InterruptedException {
        return send("/v1/accounts/batch/calls/lookup", "POST", body);
    }

    private static HttpResponse<String> send(String path, String method, BodyPublisher body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + path))
                .method(method, body)
                .header("Content-Type", "application/json")
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
