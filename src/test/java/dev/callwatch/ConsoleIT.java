package dev.callwatch;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.LocatorAssertions;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The page, in a browser. Skipped, saying so, where there is none. */
@QuarkusIntegrationTest
@TestProfile(SandboxIT.Sandbox.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsoleIT {

    private static final String FAILED = "94e5928c-7f7e-4645-ad72-61010f906449";
    private static final String UNKNOWN = "24e5948c-4f4e-6646-cd77-91010f903889";
    private static final String RINGING = "00000777-0000-0000-0000-00000000000c";
    private static final String LIFE = "00000100-0000-0000-0000-00000000000c";
    private static final double A_LIFE = 75_000;

    private static Playwright playwright;
    private static Browser browser;

    @TestHTTPResource("/")
    String root;

    private static final List<String> complaints = new ArrayList<>();
    private static Page life;
    private Page page;

    @BeforeAll
    static void start() {
        Optional<Path> executable = Stream.of("chromium", "chromium-browser", "google-chrome")
                .map(name -> Path.of("/usr/bin", name))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(executable.isPresent(), "No Chromium is installed: the page is not tested");
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(executable.get())
                        .setArgs(List.of("--no-sandbox", "--disable-gpu", "--disable-background-networking")));
    }

    @AfterAll
    static void stop() {
        if (playwright != null) {
            playwright.close();
        }
    }

    @BeforeEach
    void open() {
        if (life == null) {
            life = beginLife();
        }
        page = newPage();
    }

    @AfterEach
    void the_page_breaks_no_rule_of_its_own() {
        page.close();
        assertThat(complaints).isEmpty();
    }

    private static Page newPage() {
        Page fresh = browser.newPage();
        fresh.onConsoleMessage(ConsoleIT::note);
        fresh.onPageError(complaints::add);
        return fresh;
    }

    private static void note(ConsoleMessage message) {
        // What the network answers is told there too, and is not the page's fault.
        if (message.text().contains("Content Security Policy") || message.text().contains("Uncaught")) {
            complaints.add(message.text());
        }
    }

    /** Takes most of a minute, so it begins before all tests and is looked at after them. */
    private Page beginLife() {
        Page watching = newPage();
        watching.navigate(root);
        assertThat(watching.locator("#account")).hasValue("sandbox");
        watching.locator("#ids").fill(LIFE);
        watching.locator("#ids").press("Enter");
        assertThat(card(watching, LIFE)).hasAttribute("data-state", "active");
        assertThat(watching.locator("#connection")).hasText("Live");
        return watching;
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void a_call_is_watched_from_active_to_its_disposition() {
        Locator card = card(life, LIFE);
        assertThat(card)
                .hasAttribute(
                        "data-state", "completed", new LocatorAssertions.HasAttributeOptions().setTimeout(A_LIFE));
        assertThat(card).containsText("Sale", new LocatorAssertions.ContainsTextOptions().setTimeout(A_LIFE));
        assertThat(life.locator("#connection")).hasText("Finished");
        assertThat(card.locator(".timeline li").count()).isGreaterThanOrEqualTo(5);
    }

    @Test
    void a_failed_call_and_an_unknown_one_explain_themselves() {
        page.navigate(root + "#account=sandbox&id=" + FAILED + "&id=" + UNKNOWN);
        assertThat(card(FAILED)).hasAttribute("data-state", "failed");
        assertThat(card(FAILED)).containsText("The call failed: the originator did not answer.");
        assertThat(card(FAILED)).containsText("Wrong Number");
        Locator unknown = card(UNKNOWN).locator(".problem");
        assertThat(unknown)
                .containsText(
                        "Vonage does not know this call",
                        new LocatorAssertions.ContainsTextOptions().setTimeout(15_000));
        assertThat(page.locator("#connection")).hasText("Finished");
    }

    @Test
    void what_is_no_guid_is_said_so_and_not_sent() {
        page.navigate(root);
        page.locator("#ids").fill("no-guid");
        page.locator("#watch").click();
        assertThat(page.locator("#form-note")).containsText("no-guid");
        assertThat(page.locator("[data-call]")).hasCount(0);
    }

    @Test
    void a_dropped_connection_is_taken_up_again() throws Exception {
        URI service = URI.create(root);
        try (CuttableProxy proxy = new CuttableProxy(service.getPort())) {
            page.navigate("http://localhost:" + proxy.port() + "/#account=sandbox&id=" + RINGING);
            assertThat(card(RINGING)).hasAttribute("data-state", "unknown");
            assertThat(page.locator("#connection")).hasText("Live");
            proxy.cut();
            assertThat(page.locator("#connection")).hasText("Reconnecting…");
            proxy.mend();
            assertThat(page.locator("#connection"))
                    .hasText("Live", new LocatorAssertions.HasTextOptions().setTimeout(20_000));
            assertThat(card(RINGING).locator(".timeline li")).hasCount(1);
        }
    }

    @Test
    void it_fits_a_narrow_screen() {
        page.setViewportSize(360, 800);
        page.navigate(root + "#account=sandbox&id=" + FAILED);
        assertThat(card(FAILED)).hasAttribute("data-state", "failed");
        assertThat((Integer) page.evaluate("document.documentElement.scrollWidth"))
                .isLessThanOrEqualTo(360);
    }

    private Locator card(String guid) {
        return card(page, guid);
    }

    private static Locator card(Page page, String guid) {
        return page.locator("[data-call='" + guid + "']");
    }
}
