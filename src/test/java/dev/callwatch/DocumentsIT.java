package dev.callwatch;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The commands of the README and the reference as they stand there, against the packaged service with its sandbox. */
// They wait for calls of the sandbox, each for one of its own.
@Execution(ExecutionMode.CONCURRENT)
class DocumentsIT {

    @RegisterExtension
    static final PackagedService SERVICE = PackagedService.shared();

    private static final Duration UNTIL_A_CALL_IS_RECORDED = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI service = SERVICE.root();

    private Shell shell;

    @BeforeEach
    void open() throws IOException {
        shell = new Shell();
    }

    static Stream<String> reference() throws IOException {
        return MarkdownFile.all().stream()
                .map(MarkdownFile::path)
                .filter(path -> path.getParent() != null && path.getParent().endsWith("reference"))
                .map(path -> path.getFileName().toString());
    }

    @ParameterizedTest
    @MethodSource("reference")
    void the_reference_is_served_as_text(String name) {
        MarkdownFile document = MarkdownFile.reference(name);
        given().get("/reference/" + name)
                .then()
                .statusCode(200)
                .header("Content-Type", "text/plain; charset=utf-8")
                .header("X-Content-Type-Options", "nosniff")
                .header("Cache-Control", "no-cache")
                .body(is(String.join("\n", document.lines()) + "\n"));
    }

    @Test
    void the_readme_shows_a_part_of_what_the_service_answers() throws Exception {
        Shell.assumeInstalled("bash", "curl");
        MarkdownFile readme = MarkdownFile.of("README.md");
        JsonNode shown = JSON.readTree(readme.code("Try it", "json").get(0));
        assertThat(shown.size()).isGreaterThan(5);
        assertPart(shown, answer(readme.code("Try it", "sh").get(1)));
    }

    @Test
    void a_batch_has_the_rows_that_are_shown() throws Exception {
        Shell.assumeInstalled("bash", "curl");
        MarkdownFile document = MarkdownFile.reference("interface.md");
        JsonNode shown = JSON.readTree(document.code("Batch", "json").get(0));
        JsonNode rows = answer(document.code("Batch", "sh").get(0)).path("results");
        assertThat(rows).hasSameSizeAs(shown.path("results"));
        for (int i = 0; i < rows.size(); i++) {
            assertPart(shown.path("results").get(i), rows.get(i));
        }
    }

    @Test
    void a_long_poll_ends_with_the_next_status() throws Exception {
        Shell.assumeInstalled("bash", "curl", "sed", "tr");
        MarkdownFile document = MarkdownFile.reference("interface.md");
        JsonNode answer = answer(document.code("Long poll", "sh").get(0));
        assertThat(answer.path("recording").asText()).isEqualTo("started");
    }

    @Test
    void a_stream_is_printed_event_by_event() throws Exception {
        Shell.assumeInstalled("bash", "curl");
        String command = MarkdownFile.reference("interface.md")
                .code("Live streams", "sh")
                .get(0);
        try (Shell.Run stream = shell.begin(Documented.at(service, command))) {
            await().atMost(UNTIL_A_CALL_IS_RECORDED)
                    .untilAsserted(() -> assertThat(stream.output())
                            .contains("event:status\n", "\"call.observed\"", "\"call.recording-changed\""));
            assertThat(stream.process().isAlive()).isTrue();
        }
    }

    @Test
    void twenty_calls_that_fail_open_a_circuit() throws Exception {
        Shell.assumeInstalled("bash", "curl", "seq");
        String commands = MarkdownFile.reference("sandbox.md")
                .code("An open circuit", "sh")
                .get(0);
        assertThat(shell.output(Documented.at(service, commands)))
                .contains("urn:callwatch:problem:upstream-error")
                .endsWith("}")
                .contains("\"results\":[")
                .containsPattern("}\\{\"type\":\"urn:callwatch:problem:upstream-unavailable\"");
    }

    private JsonNode answer(String command) throws IOException, InterruptedException {
        return JSON.readTree(shell.output(Documented.at(service, command)));
    }

    /** Objects may have more members than are shown. */
    private static void assertPart(JsonNode shown, JsonNode answered) {
        if (!shown.isObject()) {
            assertThat(answered).isEqualTo(shown);
            return;
        }
        assertThat(answered.isObject()).isTrue();
        for (Map.Entry<String, JsonNode> member : shown.properties()) {
            assertPart(member.getValue(), answered.path(member.getKey()));
        }
    }
}
