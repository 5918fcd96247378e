package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The clients in curl and JavaScript that {@code reference/clients.md} shows, as they stand there, against the packaged
 * service with its sandbox. The one in Java is tested by {@code JavaClientTest}.
 */
// They wait for calls of the sandbox, each for one of its own.
@Execution(ExecutionMode.CONCURRENT)
class ClientsIT {

    @RegisterExtension
    static final PackagedService SERVICE = PackagedService.shared();

    private static final Duration UNTIL_A_CALL_IS_RECORDED = Duration.ofSeconds(60);
    private static final String LOOKED_UP = "The call failed: the originator did not answer.";
    private static final String RECORDED = " call.recording-changed The call is active and being recorded.";

    private final MarkdownFile document = MarkdownFile.reference("clients.md");

    private final URI service = SERVICE.root();

    private Shell shell;

    @BeforeEach
    void open() throws IOException {
        shell = new Shell();
    }

    @Test
    void curl_looks_a_call_up() throws Exception {
        Shell.assumeInstalled("bash", "curl", "jq");
        assertThat(shell.output(curl(0)))
                .isEqualTo(document.code("curl", "text").get(0));
    }

    @Test
    void curl_follows_calls_to_their_end() throws Exception {
        Shell.assumeInstalled("bash", "curl", "jq");
        assertThat(shell.output(curl(1)).lines())
                .containsExactlyInAnyOrder(
                        "call.observed The call has ended; no fault was recorded.",
                        "call.observed The call failed: the originator did not answer.");
    }

    @Test
    void curl_sends_a_token() throws Exception {
        Shell.assumeInstalled("bash", "curl");
        assertThat(shell.with("TOKEN", "of.no.use").output(curl(2))).contains("\"key\":\"sandbox\"");
    }

    @Test
    void javascript_looks_up_and_follows_in_node() throws Exception {
        Shell.assumeInstalled("bash", "node");
        shell.file("callwatch.mjs", javaScript());
        try (Shell.Run client = shell.begin("exec node callwatch.mjs")) {
            await().atMost(UNTIL_A_CALL_IS_RECORDED)
                    .untilAsserted(() -> assertThat(client.output()).contains(RECORDED));
            assertThat(client.output()).startsWith(LOOKED_UP);
            assertThat(client.complaints()).isEmpty();
        }
    }

    @Test
    void javascript_looks_up_and_follows_in_a_browser() {
        try (Chromium chromium = Chromium.start()) {
            // The page itself allows no code but its own.
            Page page = chromium.browser().newPage(new Browser.NewPageOptions().setBypassCSP(true));
            List<String> printed = new ArrayList<>();
            page.onConsoleMessage(message -> printed.add(message.text()));
            page.navigate("http://localhost:" + service.getPort() + "/");
            page.waitForConsoleMessage(
                    new Page.WaitForConsoleMessageOptions()
                            .setPredicate(ClientsIT::isOfARecording)
                            .setTimeout(UNTIL_A_CALL_IS_RECORDED.toMillis()),
                    () -> page.addScriptTag(
                            new Page.AddScriptTagOptions().setType("module").setContent(javaScript())));
            assertThat(printed).contains(LOOKED_UP);
        }
    }

    private static boolean isOfARecording(ConsoleMessage message) {
        return message.text().endsWith(RECORDED);
    }

    private String curl(int block) {
        return Documented.at(service, document.code("curl", "sh").get(block));
    }

    private String javaScript() {
        return Documented.at(service, document.code("JavaScript", "js").get(0));
    }
}
