package dev.callwatch;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The packaged service pushes calls of its sandbox: to the sandbox's sink, and to the receiver that the document shows. */
// They wait for calls of the sandbox, each for one of its own.
@Execution(ExecutionMode.CONCURRENT)
class PushIT {

    private static final Duration A_CALL = Duration.ofSeconds(60);
    private static final String SHORT_LIFE = "00000101-0000-0000-0000-000000000002";
    private static final Pattern GUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final int RECEIVER = FreePort.next();
    private static final int FOLLOWER = FreePort.next();
    private static final List<String> WHOLE_CALL = List.of(
            "dev.callwatch.call.observed",
            "dev.callwatch.call.recording-changed",
            "dev.callwatch.call.recording-changed",
            "dev.callwatch.call.recording-changed",
            "dev.callwatch.call.completed",
            "dev.callwatch.call.disposition-set",
            "dev.callwatch.subscription-ended");

    @RegisterExtension
    static final PackagedService SERVICE = PackagedService.withSandbox()
            .with("CALLWATCH_PUSH_ALLOWED", "http://localhost:" + RECEIVER)
            .with("CALLWATCH_PUSH_SIGNING_KEY_FILE", key().toAbsolutePath().toString())
            .with("CALLWATCH_PUSH_SINKS_EVERYTHING_URL", "http://localhost:" + FOLLOWER + "/all")
            .with("CALLWATCH_PUSH_SINKS_EVERYTHING_FOLLOW", "true")
            .with("CALLWATCH_PUSH_SINKS_EVERYTHING_ACCOUNTS", "sandbox")
            .with("CALLWATCH_PUSH_SINKS_EVERYTHING_CONTENT_MODE", "binary")
            .besideOthers();

    private record Event(String call, String type) {}

    /** What the sink that follows got, in order. */
    private static final Queue<Event> FOLLOWED = new ConcurrentLinkedQueue<>();

    private static HttpServer follower;

    @BeforeAll
    static void listen() throws IOException {
        follower = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), FOLLOWER), 0);
        follower.createContext("/all", exchange -> {
            FOLLOWED.add(new Event(
                    exchange.getRequestHeaders().getFirst("ce-subject"),
                    exchange.getRequestHeaders().getFirst("ce-type")));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        follower.start();
    }

    @AfterAll
    static void close() {
        follower.stop(0);
    }

    private final MarkdownFile document = MarkdownFile.reference("push.md");

    private final URI service = SERVICE.root();
    private Shell shell;

    @BeforeEach
    void open() throws IOException {
        shell = new Shell();
    }

    @Test
    void a_call_of_the_sandbox_reaches_its_sink_in_order_and_signed() throws Exception {
        Shell.assumeInstalled("bash", "curl", "jq");
        String subscribe =
                Documented.at(service, document.code("Subscribe", "sh").get(0));
        Matcher call = GUID.matcher(subscribe);
        assertThat(call.find()).isTrue();
        String guid = call.group();
        assertThat(shell.output(subscribe))
                .isEqualTo(document.code("Subscribe", "text").get(0));
        await().atMost(A_CALL).until(() -> dispositions(guid).contains("Sale"));
        // A poll may find two changes at once.
        assertThat(WHOLE_CALL)
                .containsSubsequence(received(guid).stream()
                        .map(event -> (String) event.get("type"))
                        .toList());
        JsonPath sink = sink();
        assertThat(sink.getList("events.verified", Boolean.class)).isNotEmpty().containsOnly(true);
        await().until(() -> sink().getList("events.body.type").contains("dev.callwatch.subscription-ended"));
        String look = MarkdownFile.reference("sandbox.md").code("A sink", "sh").get(0);
        assertThat(shell.output(look.replace("8090", Integer.toString(SERVICE.sandboxPort()))))
                .contains("[\"dev.callwatch.call.completed\",true,1]");
    }

    @Test
    void a_receiver_in_javascript_verifies_and_handles_each_event_once() throws Exception {
        Shell.assumeInstalled("bash", "node");
        String receiver = Documented.at(
                service, document.code("A receiver in JavaScript", "js").get(0));
        shell.file("receiver.mjs", receiver.replace("8000", Integer.toString(RECEIVER)));
        try (Shell.Run node = shell.begin("exec node receiver.mjs")) {
            String guid = Documented.another(SHORT_LIFE);
            await().until(() -> subscribe("http://localhost:" + RECEIVER + "/calls", guid) == 201);
            await().atMost(A_CALL).until(() -> node.output().contains("subscription-ended"));
            List<String> types =
                    node.output().lines().map(line -> line.split(" ")[0]).toList();
            assertThat(WHOLE_CALL).containsSubsequence(types);
            assertThat(types).contains("dev.callwatch.call.observed", "dev.callwatch.call.completed");
            assertThat(node.complaints()).isEmpty();
        }
    }

    @Test
    void a_sink_that_is_gone_ends_a_subscription() {
        String guid = Documented.another(SHORT_LIFE);
        subscribe("sandbox-gone", guid);
        await().until(() -> given().get(SERVICE.root() + "v1/accounts/sandbox/subscriptions")
                .jsonPath()
                .getList("subscriptions.terminationReason")
                .contains("SINK_GONE"));
    }

    @Test
    void a_sink_that_follows_gets_every_call_that_anybody_looks_up() {
        String guid = Documented.another(SHORT_LIFE);
        await().atMost(A_CALL).until(() -> {
            given().get(SERVICE.root() + "v1/accounts/sandbox/calls/{guid}", guid)
                    .then()
                    .statusCode(200);
            return followed(guid).contains("dev.callwatch.call.completed");
        });
        assertThat(WHOLE_CALL).containsSubsequence(followed(guid));
    }

    private static List<String> followed(String guid) {
        return FOLLOWED.stream()
                .filter(event -> event.call().equals(guid))
                .map(Event::type)
                .toList();
    }

    private static int subscribe(String sink, String guid) {
        return given().contentType("application/json")
                .body("""
                        {"protocol":"HTTP","sink":"%s",
                         "config":{"subscriptionDetail":{"calls":["%s"]},"initialEvent":true}}""".formatted(sink, guid))
                .post(SERVICE.root() + "v1/accounts/sandbox/subscriptions")
                .statusCode();
    }

    private static List<Map<String, Object>> received(String guid) {
        return sink().getList("events.body.findAll { it.subject == '" + guid + "' }");
    }

    private static List<String> dispositions(String guid) {
        return sink().getList("events.body.findAll { it.subject == '" + guid + "' }.data.call.disposition");
    }

    private static JsonPath sink() {
        return given().get("http://localhost:" + SERVICE.sandboxPort() + "/sink")
                .jsonPath();
    }

    private static Path key() {
        try {
            byte[] pkcs8 = KeyPairGenerator.getInstance("Ed25519")
                    .generateKeyPair()
                    .getPrivate()
                    .getEncoded();
            return Files.writeString(
                    Files.createDirectories(Path.of("target", "push")).resolve("package-key.pem"),
                    "-----BEGIN PRIVATE KEY-----\n" + Base64.getEncoder().encodeToString(pkcs8)
                            + "\n-----END PRIVATE KEY-----\n");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
