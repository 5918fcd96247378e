package dev.callwatch.client;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import dev.callwatch.MarkdownFile;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The receiver in Java that {@code reference/push.md} shows. The library of Standard Webhooks signs what it gets. */
@QuarkusTest
@ConnectWireMock
class JavaReceiverTest {

    private static final String EVENT = """
            {"type":"dev.callwatch.call.failed","data":{"call":{"summary":"The call failed."}}}""";

    private final List<String> handled = new CopyOnWriteArrayList<>();
    private final Logger logger = Logger.getLogger(CallEventReceiver.class.getName());
    private final Handler recorder = new Handler() {
        @Override
        public void publish(LogRecord line) {
            handled.add(new PatternFormatter("%s").format(line));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @ConfigProperty(name = "call-events.secret")
    String secret;

    private final String id = UUID.randomUUID() + ":1";

    @BeforeEach
    void record() {
        logger.addHandler(recorder);
    }

    @AfterEach
    void stop() {
        logger.removeHandler(recorder);
    }

    @Test
    void the_document_shows_this_code() throws IOException {
        String source = Files.readString(Path.of("src/test/java/dev/callwatch/client/CallEventReceiver.java"));
        assertThat(MarkdownFile.reference("push.md").code("A receiver in Java", "java"))
                .containsExactly(source.substring(source.indexOf("import ")));
    }

    @Test
    void an_event_is_handled_once_however_often_it_comes() throws Exception {
        Instant now = Instant.now();
        String signature = sign(now, EVENT);
        assertThat(deliver(now, signature, EVENT)).isEqualTo(204);
        assertThat(deliver(now, "v1,AAAA " + signature, EVENT)).isEqualTo(204);
        assertThat(handled).containsExactly("dev.callwatch.call.failed The call failed.");
    }

    @Test
    void what_is_forged_or_old_is_refused() throws Exception {
        Instant now = Instant.now();
        Instant old = now.minus(Duration.ofMinutes(6));
        assertThat(deliver(now, sign(now, EVENT), EVENT + " ")).isEqualTo(401);
        assertThat(deliver(now.plusSeconds(1), sign(now, EVENT), EVENT)).isEqualTo(401);
        assertThat(deliver(old, sign(old, EVENT), EVENT)).isEqualTo(401);
        assertThat(deliver(now, "", EVENT)).isEqualTo(401);
        assertThat(handled).isEmpty();
    }

    private String sign(Instant at, String body) throws Exception {
        return new Webhook(secret).sign(id, at.getEpochSecond(), body);
    }

    private int deliver(Instant at, String signatures, String body) {
        return given().contentType("application/cloudevents+json")
                .header("webhook-id", id)
                .header("webhook-timestamp", at.getEpochSecond())
                .header("webhook-signature", signatures)
                .body(body)
                .post("/call-events")
                .statusCode();
    }
}
