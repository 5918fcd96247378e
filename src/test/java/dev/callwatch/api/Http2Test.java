package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.WireMock;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** HTTP/2 without TLS, as a client or a mesh upgrades to it. */
@QuarkusTest
@ConnectWireMock
class Http2Test {

    @TestHTTPResource("/v1/accounts/batch/calls")
    String calls;

    WireMock wireMock;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();

    @Test
    void requests_with_and_without_a_body_are_answered() throws Exception {
        StandIn vonage = new StandIn(wireMock, "batch").grantsTokens().answersCalls(okJson("{\"status\":null}"));
        HttpResponse<String> lookUp = send(HttpRequest.newBuilder(URI.create(calls + "/" + vonage.guid())));
        assertThat(lookUp.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(lookUp.statusCode()).isEqualTo(200);

        HttpResponse<String> batch = send(body("{\"ids\":[\"" + vonage.guid() + "\"]}"));
        assertThat(batch.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(batch.statusCode()).isEqualTo(200);
        assertThat(batch.body()).contains("\"status\":200,\"call\":{");
    }

    @Test
    void a_body_that_is_too_large_is_refused() throws Exception {
        send(HttpRequest.newBuilder(URI.create(calls + "/x")));
        HttpResponse<String> refused = send(body(" ".repeat(70_000)));
        assertThat(refused.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(refused.statusCode()).isEqualTo(413);
        assertThat(refused.body()).contains("about:blank");
    }

    private HttpRequest.Builder body(String json) {
        return HttpRequest.newBuilder(URI.create(calls + "/lookup"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
