package dev.callwatch.outbound;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;
import dev.callwatch.TestAuthority;
import dev.callwatch.settings.ConfigErrors;
import dev.callwatch.settings.SettingParser;
import io.quarkus.tls.runtime.config.TlsConfigUtils;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class VerifiedTlsTest {

    private static final Vertx VERTX = Vertx.vertx();
    private static TestAuthority authority;
    private static WireMockServer server;

    @BeforeAll
    static void serve() throws Exception {
        authority = new TestAuthority("tls", "localhost");
        server = authority.server();
        server.stubFor(any(anyUrl()).willReturn(ok()));
    }

    @AfterAll
    static void stop() {
        server.stop();
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void a_host_name_in_a_certificate_of_the_given_authority_is_accepted() throws Exception {
        assertThat(get(ca(), "localhost", server.httpsPort()).statusCode()).isEqualTo(200);
    }

    @Test
    void another_name_of_the_same_host_is_refused() {
        assertThatThrownBy(() -> get(ca(), "127.0.0.1", server.httpsPort())).hasCauseInstanceOf(SSLException.class);
    }

    @Test
    void a_certificate_of_another_authority_is_refused() {
        assertThatThrownBy(() -> get(List.of(), "localhost", server.httpsPort()))
                .hasCauseInstanceOf(SSLException.class);
    }

    @Test
    void no_version_before_1_2_is_offered_or_accepted() throws Exception {
        try (ServerSocket old = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Hello> received = CompletableFuture.supplyAsync(() -> answerWithVersion11(old));
            assertThatThrownBy(() -> get(ca(), "localhost", old.getLocalPort())).hasCauseInstanceOf(SSLException.class);
            Hello hello = received.get(5, TimeUnit.SECONDS);
            assertThat(hello.versions()).containsExactlyInAnyOrder(0x0304, 0x0303);
            assertThat(hello.alert()).containsExactly(2, 70);
        }
    }

    /**
     * What a client sent.
     *
     * @param versions those it offers in {@code supported_versions} (RFC 8446, section 4.2.1)
     * @param alert level and description of its answer: 2 is fatal, 70 is protocol_version
     */
    private record Hello(List<Integer> versions, byte[] alert) {}

    private static Hello answerWithVersion11(ServerSocket server) {
        try (Socket client = server.accept()) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            List<Integer> versions = versions(ByteBuffer.wrap(message(in)));
            client.getOutputStream().write(serverHello());
            return new Hello(versions, message(in));
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    private static byte[] message(DataInputStream in) throws IOException {
        in.skipNBytes(3);
        return in.readNBytes(in.readUnsignedShort());
    }

    private static List<Integer> versions(ByteBuffer hello) {
        hello.position(4 + 2 + 32);
        hello.position(hello.position() + 1 + hello.get(hello.position()));
        hello.position(hello.position() + 2 + hello.getShort(hello.position()));
        hello.position(hello.position() + 1 + hello.get(hello.position()) + 2);
        while (hello.hasRemaining()) {
            int type = hello.getShort();
            ByteBuffer content = hello.slice(hello.position() + 2, hello.getShort(hello.position()));
            hello.position(hello.position() + 2 + content.capacity());
            if (type == 43) {
                content.get();
                List<Integer> versions = new ArrayList<>();
                while (content.hasRemaining()) {
                    versions.add((int) content.getShort());
                }
                return versions;
            }
        }
        return List.of();
    }

    /** Version 1.1, no session, TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, no compression. */
    private static byte[] serverHello() {
        int body = 2 + 32 + 1 + 2 + 1;
        return ByteBuffer.allocate(5 + 4 + body)
                .put((byte) 22)
                .putShort((short) 0x0302)
                .putShort((short) (4 + body))
                .put((byte) 2)
                .put((byte) 0)
                .putShort((short) body)
                .putShort((short) 0x0302)
                .put(new byte[32])
                .put((byte) 0)
                .putShort((short) 0xC009)
                .put((byte) 0)
                .array();
    }

    private static HttpClientResponse get(List<X509Certificate> ca, String host, int port) throws Exception {
        HttpClientOptions options = new HttpClientOptions();
        TlsConfigUtils.configure(options, new VerifiedTls(ca, Duration.ofSeconds(10)));
        RequestOptions request =
                new RequestOptions().setMethod(HttpMethod.GET).setAbsoluteURI("https://" + host + ":" + port + "/");
        return VERTX.createHttpClient(options)
                .request(request)
                .compose(sent -> sent.send())
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    private static List<X509Certificate> ca() {
        return new SettingParser(new ConfigErrors())
                .certificates("ca", authority.pem().toString());
    }
}
