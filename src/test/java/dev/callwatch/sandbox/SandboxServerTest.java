package dev.callwatch.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.callwatch.time.VirtualTime;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** FakeVonage over real HTTP. */
class SandboxServerTest {

    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String CREDENTIALS =
            "grant_type=client_credentials&client_id=sandbox&client_secret=sandbox-secret&scope=calls";

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final VirtualTime time = new VirtualTime();
    private final Vertx vertx = Vertx.vertx();
    private HttpServer server;

    @BeforeEach
    void listen() {
        server = sandbox(0).listen(0);
    }

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void a_token_gives_access_to_calls() throws Exception {
        HttpResponse<String> call = call("94e5928c-7f7e-4645-ad72-61010f906449", token());
        assertThat(call.statusCode()).isEqualTo(200);
        assertThat(call.headers().firstValue("Content-Type")).contains("application/json; charset=utf-8");
        assertThat(new JsonObject(call.body()).getString("dispositionCode")).isEqualTo("Wrong Number");
    }

    @Test
    void without_a_valid_token_a_call_is_refused() throws Exception {
        HttpResponse<String> call = call("94e5928c-7f7e-4645-ad72-61010f906449", "made-up");
        assertThat(call.statusCode()).isEqualTo(401);
        assertThat(call.body()).isEqualTo("{\"message\":\"The access token is invalid or has expired\"}");
    }

    @Test
    void faults_have_their_headers_and_bodies() throws Exception {
        String token = token();
        HttpResponse<String> busy = call("00000429-0000-0000-0000-000000000001", token);
        assertThat(busy.statusCode()).isEqualTo(429);
        assertThat(busy.headers().firstValue("Retry-After")).contains("2");
        HttpResponse<String> flaky = call("00000503-0000-0000-0000-000000000001", token);
        assertThat(flaky.statusCode()).isEqualTo(503);
        assertThat(flaky.headers().firstValue("Content-Type")).contains("text/html");
        assertThat(flaky.body()).startsWith("<html>");
    }

    @Test
    void a_connection_is_cut_without_an_answer() throws Exception {
        String token = token();
        assertThatThrownBy(() -> call("00000502-0000-0000-0000-000000000001", token))
                .isInstanceOf(IOException.class);
        assertThat(call("00000200-0000-0000-0000-000000000001", token).statusCode())
                .isEqualTo(200);
    }

    @Test
    void a_slow_call_delays_no_other() throws Exception {
        String token = token();
        CompletableFuture<HttpResponse<String>> slow =
                client.sendAsync(get("00000408-0000-0000-0000-000000000001", token), BodyHandlers.ofString());
        assertThat(call("00000200-0000-0000-0000-000000000001", token).statusCode())
                .isEqualTo(200);
        assertThat(slow).isNotDone();
        slow.cancel(true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/plain", "multipart/form-data"})
    void a_token_request_that_is_no_form_is_refused(String type) throws Exception {
        HttpResponse<String> refused = post(type, CREDENTIALS);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(new JsonObject(refused.body()).getString("error")).isEqualTo("unsupported_grant_type");
    }

    @Test
    void a_form_that_is_too_large_is_refused() throws Exception {
        assertThat(post(FORM, CREDENTIALS + "&more=" + "a".repeat(20_000)).statusCode())
                .isEqualTo(400);
    }

    @Test
    void other_methods_are_refused() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri("/v0/sandbox/calls/00000200-0000-0000-0000-000000000001"))
                .DELETE()
                .timeout(Duration.ofSeconds(5))
                .build();
        assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(405);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 65_536})
    void a_port_out_of_range_stops_the_start(int port) {
        SandboxServer sandbox = sandbox(port);
        assertThatThrownBy(() -> sandbox.start(new StartupEvent()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("callwatch.sandbox.port must be a free port, but is " + port)
                .hasNoCause();
    }

    @Test
    void a_port_that_is_taken_stops_the_start() {
        Vertx other = Vertx.vertx();
        try {
            // Servers of one Vert.x share a port, so only another one finds it taken.
            SandboxServer late = new SandboxServer(settings(true, server.actualPort()), other, time, () -> 0);
            assertThatThrownBy(() -> late.start(new StartupEvent()))
                    .isInstanceOf(ConfigurationException.class)
                    .hasNoCause();
        } finally {
            other.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Test
    void a_sandbox_that_is_not_enabled_takes_no_port() {
        new SandboxServer(settings(false, 0), vertx, time, () -> 0).start(new StartupEvent());
    }

    private SandboxServer sandbox(int port) {
        return new SandboxServer(settings(true, port), vertx, time, () -> 0);
    }

    private static SandboxSettings settings(boolean enabled, int port) {
        return new SandboxSettings() {
            @Override
            public boolean enabled() {
                return enabled;
            }

            @Override
            public int port() {
                return port;
            }

            @Override
            public boolean notifications() {
                return false;
            }
        };
    }

    private String token() throws Exception {
        HttpResponse<String> granted = post(FORM, CREDENTIALS);
        assertThat(granted.statusCode()).isEqualTo(200);
        JsonObject token = new JsonObject(granted.body());
        assertThat(token.getInteger("expires_in")).isEqualTo(3600);
        assertThat(token.getString("token_type")).isEqualTo("Bearer");
        return token.getString("access_token");
    }

    private HttpResponse<String> post(String type, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri("/Auth/connect/token"))
                .header("Content-Type", type)
                .timeout(Duration.ofSeconds(5))
                .POST(BodyPublishers.ofString(body))
                .build();
        return client.send(request, BodyHandlers.ofString());
    }

    private HttpResponse<String> call(String guid, String token) throws Exception {
        return client.send(get(guid, token), BodyHandlers.ofString());
    }

    private HttpRequest get(String guid, String token) {
        return HttpRequest.newBuilder(uri("/v0/sandbox/calls/" + guid))
                .header("Authorization", "Bearer " + token)
                .timeout(Duration.ofSeconds(15))
                .build();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.actualPort() + path);
    }
}
