package dev.callwatch;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.is;

import dev.callwatch.api.StreamReader;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The packaged service behind nginx with the configuration that {@code reference/running.md} shows, without its TLS. */
// One of them waits for a call of the sandbox.
@Execution(ExecutionMode.CONCURRENT)
class ReverseProxyIT {

    @RegisterExtension
    static final PackagedService SERVICE = PackagedService.shared();

    private static final String LIFE = "00000100-0000-0000-0000-000000000001";
    private static final String ENDED = "00000200-0000-0000-0000-000000000001";
    private static final int MOST_CALLS = 100;
    private static final int LONG_TOKEN = 11_000;

    private final URI service = SERVICE.root();

    private final int port = FreePort.next();
    private final String calls = "http://127.0.0.1:" + port + "/v1/accounts/sandbox/calls/";
    private Shell.Run nginx;

    @BeforeEach
    void start() throws IOException {
        Shell.assumeInstalled("bash", "nginx");
        nginx = new Shell()
                .file("nginx.conf", configuration())
                .begin("exec " + Shell.find("nginx").findFirst().orElseThrow() + " -e stderr -p . -c nginx.conf");
        await().ignoreExceptions()
                .untilAsserted(() ->
                        given().get(calls + Documented.another(ENDED)).then().statusCode(200));
    }

    @AfterEach
    void stop() {
        if (nginx != null) {
            nginx.close();
            assertThat(nginx.complaints()).doesNotContain("[error]", "[emerg]");
        }
    }

    @Test
    void events_and_long_polls_pass_when_they_happen() throws Exception {
        String call = calls + Documented.another(LIFE);
        try (StreamReader stream = StreamReader.open(call + "/events")) {
            await().until(() -> statuses(stream) >= 1);
            String tag = given().get(call).header("ETag");
            given().header("If-None-Match", tag)
                    .header("Prefer", "wait=30")
                    .get(call)
                    .then()
                    .statusCode(200)
                    .header("Preference-Applied", "wait=30")
                    .body("recording", is("started"));
            await().until(() -> statuses(stream) >= 2);
            assertThat(stream.hasEnded()).isFalse();
        }
    }

    @Test
    void a_hundred_calls_and_a_long_token_pass() {
        List<String> guids = Stream.generate(() -> Documented.another(ENDED))
                .limit(MOST_CALLS)
                .toList();
        given().header("Authorization", "Bearer " + "x".repeat(LONG_TOKEN))
                .accept("text/event-stream")
                .queryParam("id", guids)
                .get(calls + "events")
                .then()
                .statusCode(200)
                .body(endsWith("event:end\ndata:{}\n\n"));
    }

    private static long statuses(StreamReader stream) {
        return stream.frames().stream()
                .filter(frame -> frame.event().equals("status"))
                .count();
    }

    private String configuration() {
        String shown = MarkdownFile.reference("running.md")
                .code("Behind a reverse proxy", "nginx")
                .get(0)
                .replace("127.0.0.1:8080", "127.0.0.1:" + service.getPort())
                .replace("listen 443 ssl;", "listen 127.0.0.1:" + port + ";")
                .lines()
                .filter(line -> !line.strip().startsWith("ssl_certificate"))
                .collect(Collectors.joining("\n"));
        return """
                daemon off;
                pid nginx.pid;
                events {}
                http {
                  access_log off;
                  client_body_temp_path tmp;
                  proxy_temp_path tmp;
                  fastcgi_temp_path tmp;
                  uwsgi_temp_path tmp;
                  scgi_temp_path tmp;
                %s
                }
                """.formatted(shown);
    }
}
