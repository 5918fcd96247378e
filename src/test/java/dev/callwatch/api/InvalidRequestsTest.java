package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.callwatch.TestAuthority;
import dev.callwatch.time.VirtualTime;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.impl.VertxInternal;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pipeline of a Vert.x server, with and without TLS, as Quarkus sets it up. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InvalidRequestsTest {

    private static final String GET = "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String LONG_LINE = "GET /" + "x".repeat(20_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String LARGE_HEADERS =
            "GET /b HTTP/1.1\r\nHost: localhost\r\nX-A: " + "x".repeat(40_000) + "\r\n\r\n";
    private static final String MALFORMED = "GET /c HTTP/1.1\r\nHost: localhost\r\nX-A: a\u0000\r\n\r\n";

    private final Vertx vertx = Vertx.vertx();
    private final VirtualTime time = new VirtualTime();
    private SSLContext tls;
    private int plainPort;
    private int tlsPort;

    @BeforeAll
    void start() throws Exception {
        TestAuthority authority = new TestAuthority("invalid-requests", "localhost");
        tls = trusting(authority);
        plainPort = listen(new HttpServerOptions());
        tlsPort =
                listen(new HttpServerOptions().setSsl(true).setUseAlpn(true).setKeyCertOptions(authority.serverKeys()));
        InvalidRequests invalid = new InvalidRequests(
                new RefusalHandler(vertx, new ObjectMapper()),
                new AnswerHeaders(time, new PageHeaders(Optional.empty())));
        new NewConnections(new UnfinishedHeads(new SimpleMeterRegistry(), Long.MAX_VALUE), invalid).watch(vertx);
        for (EventExecutor loop : ((VertxInternal) vertx).getAcceptorEventLoopGroup()) {
            loop.submit(() -> {}).sync();
        }
    }

    @AfterAll
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void what_cannot_be_decoded_is_answered_with_a_problem_and_ends_the_connection(boolean secure) throws Exception {
        assertProblem(exchange(secure, LONG_LINE + GET), 414, "/");
        assertProblem(exchange(secure, LARGE_HEADERS + GET), 431, "/b");
        assertProblem(exchange(secure, MALFORMED + GET), 400, "/c");
        assertProblem(exchange(secure, "nonsense\r\n\r\n" + GET), 400, "/");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void answers_that_are_under_way_come_first_and_whole(boolean secure) throws Exception {
        String answers = exchange(secure, GET.repeat(2) + LONG_LINE + GET);
        assertThat(RawClient.statuses(answers)).containsExactly(200, 200, 414);
        int last = answers.lastIndexOf("HTTP/1.");
        assertThat(answers.substring(0, last)).containsPattern("(?s)begun\r\n.*ended\r\n.*begun\r\n.*ended\r\n.*");
        assertProblem(answers.substring(last), 414, "/");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_client_that_goes_on_to_send_gets_the_answer(boolean secure) throws Exception {
        try (RawClient client = client(secure)) {
            for (int i = 0; i < 200; i++) {
                client.send((i == 0 ? "GET /" : "") + "x".repeat(50_000));
            }
            assertProblem(client.answers(), 414, "/");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void requests_that_can_be_decoded_are_answered_as_ever(boolean secure) throws Exception {
        String answers = exchange(secure, GET.repeat(3) + GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
        assertThat(RawClient.statuses(answers)).containsExactly(200, 200, 200, 200);
    }

    private static void assertProblem(String answer, int status, String instance) throws IOException {
        assertThat(RawClient.statuses(answer)).containsExactly(status);
        int body = answer.indexOf("\r\n\r\n") + 4;
        assertThat(List.of(answer.substring(0, body).split("\r\n")))
                .contains(
                        "content-type: application/problem+json",
                        "content-length: " + (answer.length() - body),
                        "cache-control: no-store",
                        "connection: close",
                        "date: Tue, 24 Nov 2026 09:00:00 GMT");
        JsonNode problem = new ObjectMapper().readTree(answer.substring(body));
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("instance").asText()).isEqualTo(instance);
    }

    private String exchange(boolean secure, String requests) throws IOException {
        try (RawClient client = client(secure)) {
            client.send(requests);
            return client.answers();
        }
    }

    private RawClient client(boolean secure) throws IOException {
        return new RawClient(
                secure ? tls.getSocketFactory().createSocket("localhost", tlsPort) : new Socket("localhost", plainPort),
                Duration.ofSeconds(10));
    }

    /** Answers in two parts, the second one later. */
    private void answer(HttpServerRequest request) {
        request.response().setChunked(true).write("begun");
        vertx.setTimer(50, later -> request.response().end("ended"));
    }

    /** With the limits of our settings. */
    private int listen(HttpServerOptions options) {
        HttpServer server = vertx.createHttpServer(
                        options.setMaxInitialLineLength(16_384).setMaxHeaderSize(32_768))
                .requestHandler(this::answer);
        return server.listen(0).toCompletionStage().toCompletableFuture().join().actualPort();
    }

    private static SSLContext trusting(TestAuthority authority) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream pem = Files.newInputStream(authority.pem())) {
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
