package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that ask for HTTP/2 over HTTP/1.1: they are answered over HTTP/1.1. */
@QuarkusTest
@ConnectWireMock
class UpgradeTest {

    private static final String LAST = "GET /v1/accounts HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
                "Connection: upgrade, http2-settings\r\nUpgrade: H2C\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: no settings\r\n",
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n",
                "Upgrade: h2c\r\n",
                "Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n",
            })
    void the_connection_stays_as_it_is(String headers) throws IOException {
        String request = "GET /v1/accounts HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n";
        assertThat(exchange(request + request + LAST).split("HTTP/1.1 ", -1))
                .hasSize(4)
                .allMatch(answer -> answer.isEmpty() || answer.startsWith("200 "));
    }

    @Test
    void a_body_is_read() throws IOException {
        String body = "{\"ids\":[\"no-guid\"]}";
        String answer = exchange("POST /v1/accounts/batch/calls/lookup HTTP/1.1\r\nHost: a\r\n"
                + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
                + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body + LAST);
        assertThat(answer).startsWith("HTTP/1.1 200 ").contains("\"id\":\"no-guid\"");
    }

    @Test
    void clients_of_the_jdk_go_on() throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + RestAssured.port + "/v1/accounts"))
                .build();
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        }
    }

    /** Until the service closes the connection. */
    private static String exchange(String requests) throws IOException {
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(requests.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
