package dev.callwatch;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests of the page in a browser; skipped, saying so, where there is none. No test may break the page's own rules. */
abstract class BrowserTest {

    static final String FAILED = "94e5928c-7f7e-4645-ad72-61010f906449";
    static final String UNKNOWN = "24e5948c-4f4e-6646-cd77-91010f903889";
    static final String RINGING = "00000777-0000-0000-0000-00000000000c";
    static final String ACTIVE = "00000503-0000-0000-0000-00000000000c";

    @RegisterExtension
    static final PackagedService SERVICE = PackagedService.withSandbox();

    private static final List<String> complaints = new ArrayList<>();

    @RegisterExtension
    static final BrowserExtension BROWSER = new BrowserExtension();

    final String root = SERVICE.root().toString();

    Page page;
    ScriptedStreams streams;

    @BeforeEach
    void open() {
        page = newPage();
    }

    @AfterEach
    void the_page_breaks_no_rule_of_its_own() throws Exception {
        page.close();
        if (streams != null) {
            streams.close();
        }
        assertThat(complaints).isEmpty();
    }

    static Page newPage() {
        Page fresh = BROWSER.get().newPage();
        fresh.onConsoleMessage(BrowserTest::note);
        fresh.onPageError(complaints::add);
        return fresh;
    }

    private static void note(ConsoleMessage message) {
        // What the network answers is logged there, too, and is not the page's fault.
        if (message.text().contains("Content Security Policy") || message.text().contains("Uncaught")) {
            complaints.add(message.text());
        }
    }

    static JsonObject lookUp(String guid) {
        return new JsonObject(given().header("Cache-Control", "no-cache")
                .get("/v1/accounts/sandbox/calls/" + guid)
                .then()
                .statusCode(200)
                .extract()
                .asString());
    }

    Locator drawer() {
        return page.locator("#drawer");
    }

    Locator row(String guid) {
        return row(page, guid);
    }

    static Locator row(Page page, String guid) {
        return page.locator("[data-call='" + guid + "']");
    }
}
