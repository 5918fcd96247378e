package dev.callwatch;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls that were chosen, on the page, in a browser: what is current and what is not. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsoleIT extends BrowserTest {

    private static final String LIFE = "00000101-0000-0000-0000-00000000000c";

    /** Milliseconds that a call may take from its start to its disposition. */
    private static final double A_LIFE = 75_000;

    /** Longer than the service is ever silent, and not yet so long that the page takes the connection for dead. */
    private static final int SILENCE = 21_000;

    private static final int DEAD = 41_000;
    private static final int RECONNECTION = 10_000;

    /** The texts of the board whose contrast is below 4.5:1, which WCAG 2 asks for at level AA. */
    private static final String TOO_FAINT = """
            () => {
              const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
              const luminance = ([r, g, b]) => {
                const [x, y, z] = [r, g, b].map(each => each / 255)
                  .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
                return 0.2126 * x + 0.7152 * y + 0.0722 * z;
              };
              const ancestors = node => node ? [node, ...ancestors(node.parentElement)] : [];
              const background = node => ancestors(node).map(each => numbers(getComputedStyle(each).backgroundColor))
                .find(([, , , alpha = 1]) => alpha === 1);
              const contrast = node => {
                const [dark, light] = [numbers(getComputedStyle(node).color), background(node)].map(luminance)
                  .sort((one, other) => one - other);
                const faded = ancestors(node).map(getComputedStyle).some(style => style.opacity < 1 || style.filter !== 'none');
                return faded ? 0 : (light + 0.05) / (dark + 0.05);
              };
              const texts = [...document.querySelectorAll('.connection *, .call *, .tile *, .toolbar *, .bottom *')]
                .filter(node => node.checkVisibility())
                .filter(node => [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim()));
              if (texts.length < 40) return ['Too few texts to be true'];
              return texts.filter(node => contrast(node) < 4.5).map(node => `${node.textContent}: ${contrast(node)}`);
            }""";

    private static Page life;

    @BeforeEach
    void begin() {
        if (life == null) {
            life = beginLife();
        }
    }

    /** A call takes 13 s, so it begins before all tests, and the last test looks at it. */
    private Page beginLife() {
        Page watching = newPage();
        watching.navigate(root);
        watching.locator("#account").selectOption("sandbox");
        watching.locator("#paste").click();
        watching.locator("#ids").fill(LIFE);
        watching.locator("#ids").press("Enter");
        assertThat(watching.locator("#choose")).isHidden();
        assertThat(row(watching, LIFE)).hasAttribute("data-state", "active");
        assertThat(watching.locator("#connection")).hasText("Live");
        return watching;
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void a_call_is_watched_from_active_to_its_disposition() {
        Locator row = row(life, LIFE);
        assertThat(row)
                .hasAttribute(
                        "data-state", "completed", new LocatorAssertions.HasAttributeOptions().setTimeout(A_LIFE));
        // The service asks for a disposition every 30 s only, unless somebody wants to know now.
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> "Sale".equals(lookUp(LIFE).getString("disposition")));
        assertThat(row).containsText("Sale");
        assertThat(row).hasAttribute("data-current", "true");
        row.click();
        Locator drawer = life.locator("#drawer");
        assertThat(drawer.locator(".timeline")).containsText("Recording paused");
        assertThat(drawer.locator(".timeline")).containsText("Disposition: Sale");
        assertThat(drawer.locator(".timeline li").count()).isGreaterThanOrEqualTo(5);
        assertThat(drawer.locator("[data-kind=gap]")).hasCount(0);
        life.keyboard().press("Escape");
        assertThat(askAgain(life).status()).isEqualTo(204);
        assertThat(life.locator("#connection")).hasText("Finished");
    }

    @Test
    void a_failed_call_and_an_unknown_one_explain_themselves() {
        page.navigate(root + "#account=sandbox&id=" + FAILED + "&id=" + UNKNOWN);
        assertThat(row(FAILED)).hasAttribute("data-state", "failed");
        assertThat(row(FAILED)).containsText("No answer, originator");
        assertThat(row(FAILED)).containsText("Later");
        assertThat(row(FAILED)).containsText("Wrong Number");
        row(FAILED).click();
        assertThat(drawer()).containsText("The call failed: the originator did not answer.");
        page.keyboard().press("Escape");
        row(UNKNOWN).click();
        assertThat(drawer().locator(".problem"))
                .containsText(
                        "Vonage does not know this call",
                        new LocatorAssertions.ContainsTextOptions().setTimeout(15_000));
        assertThat(page.locator("#connection")).hasText("Finished");
    }

    @Test
    void what_is_no_guid_is_said_so_and_not_sent() {
        page.navigate(root + "#account=sandbox-cut");
        page.locator("#paste").click();
        page.locator("#ids").fill("no-guid");
        page.locator("#watch").click();
        assertThat(page.locator("#form-note")).containsText("no-guid");
        assertThat(page.locator("[data-call]")).hasCount(0);
    }

    @Test
    void a_call_that_is_settled_and_known_is_not_asked_for_again() {
        page.navigate(root + "#account=sandbox&id=" + FAILED);
        assertThat(page.locator("#connection")).hasText("Finished");
        assertThat(askAgain(page).status()).isEqualTo(204);
        assertThat(page.locator("#connection")).hasText("Finished");
        assertThat(page.locator("#connection-note")).isEmpty();
        assertThat(row(FAILED)).hasAttribute("data-current", "true");
        assertThat(timeline(FAILED)).hasCount(1);
    }

    @Test
    void a_dropped_connection_is_taken_up_again_and_dims_meanwhile() throws Exception {
        URI service = URI.create(root);
        try (CuttableProxy proxy = new CuttableProxy(service.getPort())) {
            page.clock().install();
            page.navigate("http://localhost:" + proxy.port() + "/#account=sandbox&id=" + RINGING);
            assertThat(row(RINGING)).hasAttribute("data-state", "unknown");
            assertIsLive();
            assertIsCurrent(RINGING);
            proxy.cut();
            assertThat(page.locator("#connection")).hasText("Reconnecting…");
            assertThat(page.locator("#connection-note")).containsText(Pattern.compile("Last message \\d+ s ago\\."));
            assertIsDimmed(RINGING);
            proxy.mend();
            page.clock().fastForward(RECONNECTION);
            assertThat(page.locator("#connection"))
                    .hasText("Live", new LocatorAssertions.HasTextOptions().setTimeout(20_000));
            assertIsLive();
            assertIsCurrent(RINGING);
            assertThat(timeline(RINGING)).hasCount(1);
        }
    }

    @Test
    void a_stream_that_falls_silent_is_not_live_and_its_open_calls_are_dimmed() throws Exception {
        follow(ACTIVE, FAILED);
        streams.status(lookUp(ACTIVE), null);
        streams.status(lookUp(FAILED), null);
        assertIsCurrent(ACTIVE);
        assertIsCurrent(FAILED);

        page.clock().fastForward(SILENCE);
        assertThat(page.locator("#connection")).hasText("Not responding");
        assertThat(page.locator("#counts")).hasText("1 active, 1 failed (1 not current)");
        assertIsDimmed(ACTIVE);
        assertIsCurrent(FAILED);
        int silent = seconds(page.locator("#connection-note"));
        assertThat(silent).isGreaterThanOrEqualTo(SILENCE / 1_000);
        assertThat(page.locator("#announcer")).containsText("The service does not respond");
        page.clock().fastForward(5_000);
        assertThat(seconds(page.locator("#connection-note"))).isGreaterThanOrEqualTo(silent + 5);
        assertThat(page.locator("[aria-live]")).not().containsText(Pattern.compile("\\d s ago"));

        streams.heartbeat();
        assertIsLive();
        assertIsCurrent(ACTIVE);

        page.clock().fastForward(DEAD);
        assertThat(page.locator("#connection")).hasText("Reconnecting…");
        assertIsDimmed(ACTIVE);
        assertIsCurrent(FAILED);
    }

    @Test
    void a_computer_that_was_asleep_does_not_take_what_it_shows_for_current() throws Exception {
        follow(ACTIVE);
        streams.status(lookUp(ACTIVE), null);
        assertIsCurrent(ACTIVE);
        // Timers and the steady clock stand still meanwhile.
        page.clock().setSystemTime(Instant.now().plus(Duration.ofHours(3)).toEpochMilli());
        assertThat(page.locator("#connection")).hasText("Reconnecting…");
        assertThat(page.locator("#connection-note")).containsText("Last message 3 h ago.");
        assertIsDimmed(ACTIVE);
        assertThat(row(ACTIVE).locator(".age")).hasText("last update 3 h ago");
    }

    @Test
    void calls_that_are_over_are_shown_at_full_strength_once_nothing_more_is_to_come() throws Exception {
        follow(ACTIVE, FAILED);
        JsonObject failed = lookUp(FAILED).putNull("disposition");
        streams.status(failed, null);
        streams.status(lookUp(ACTIVE), null);
        assertIsCurrent(ACTIVE);
        page.clock().fastForward(SILENCE);
        assertIsDimmed(FAILED);

        streams.status("call.lost", lookUp(ACTIVE).put("stale", true), null);
        streams.end();
        assertThat(page.locator("#connection")).hasText("Finished");
        assertThat(page.locator("#connection-note")).isEmpty();
        assertIsCurrent(FAILED);
        // Vonage has forgotten it before its end was seen.
        assertIsDimmed(ACTIVE);
        assertThat(row(ACTIVE)).containsText("Vonage no longer knows it");
        page.clock().fastForward(DEAD);
        assertThat(page.locator("#connection")).hasText("Finished");
        assertIsCurrent(FAILED);
        assertThat(streams.lastEventIds()).containsExactly("");
    }

    @Test
    void an_answer_without_content_ends_the_reconnecting() throws Exception {
        follow(FAILED);
        JsonObject failed = lookUp(FAILED).putNull("disposition");
        streams.status(failed, null);
        assertIsCurrent(FAILED);
        streams.over();
        streams.cut();
        assertThat(page.locator("#connection")).hasText("Reconnecting…");
        assertIsDimmed(FAILED);
        page.clock().fastForward(RECONNECTION);
        assertThat(page.locator("#connection")).hasText("Finished");
        assertIsCurrent(FAILED);
        page.clock().fastForward(DEAD);
        assertThat(page.locator("#connection")).hasText("Finished");
        assertThat(streams.lastEventIds()).containsExactly("", FAILED + ":" + failed.getLong("revision"));
    }

    @Test
    void revisions_that_were_not_seen_leave_a_gap_in_the_time_line() throws Exception {
        follow(ACTIVE);
        JsonObject call = lookUp(ACTIVE);
        long revision = call.getLong("revision");
        streams.status(call.copy(), null);
        streams.status(
                "call.recording-changed", call.put("revision", revision + 1).put("recording", "started"), revision);
        streams.status(
                "call.recording-changed", call.put("revision", revision + 5).put("recording", "paused"), revision + 4);
        // A restart of a service that keeps nothing: the same comes again under another revision.
        streams.status(call.put("revision", revision + 9), null);
        streams.status(
                "call.recording-changed",
                call.put("revision", revision + 10).put("recording", "started"),
                revision + 9);
        assertThat(timeline(ACTIVE).locator("span")).hasText(new String[] {
            "Seen as active",
            "Recording started",
            "Some changes were not seen",
            "Recording paused",
            "The service no longer knows what came before",
            "Recording started"
        });
        assertThat(drawer()).containsText("Revision" + (revision + 10));
        assertIsCurrent(ACTIVE);
    }

    @Test
    void what_is_older_than_what_is_shown_is_left_out() throws Exception {
        follow(ACTIVE);
        JsonObject call = lookUp(ACTIVE).put("recording", "started");
        long revision = call.getLong("revision");
        streams.status(call.copy(), null);
        streams.status(
                "call.recording-changed",
                call.copy().put("revision", revision - 1).put("recording", "paused"),
                null);
        streams.status(
                call.copy()
                        .put("revision", revision - 1)
                        .put("recording", "stopped")
                        .put("stale", true),
                null);
        streams.status(
                "call.recording-changed", call.put("revision", revision + 1).putNull("recording"), revision);
        assertThat(timeline(ACTIVE).locator("span")).hasText(new String[] {"Seen as active", "No recording any more"});
    }

    @Test
    void only_a_call_that_cannot_be_read_is_dimmed_and_says_how_old_it_is() throws Exception {
        follow(ACTIVE, RINGING);
        streams.status(lookUp(ACTIVE), null);
        JsonObject ringing = lookUp(RINGING);
        String twoHoursAgo = Instant.now().minus(Duration.ofHours(2)).toString();
        JsonObject stale = ringing.copy().put("stale", true);
        stale.getJsonObject("observed").put("at", twoHoursAgo);
        streams.status(stale, null);
        streams.problem(RINGING, "upstream-timeout");
        assertIsDimmed(RINGING);
        assertThat(row(RINGING).locator(".age")).hasText("last update 2 h ago");
        assertIsCurrent(ACTIVE);
        assertIsLive();

        streams.status(ringing, null);
        assertIsCurrent(RINGING);
        streams.problem(RINGING, "upstream-timeout");
        assertIsDimmed(RINGING);
        int read = seconds(row(RINGING).locator(".age"));
        page.clock().fastForward(5_000);
        assertThat(seconds(row(RINGING).locator(".age"))).isGreaterThanOrEqualTo(read + 5);
        assertIsCurrent(ACTIVE);
        assertIsLive();

        // Whoever resumes from it is not sent what has not changed, that it can be read again.
        streams.cut();
        page.clock().fastForward(RECONNECTION);
        assertIsLive();
        assertThat(streams.lastEventIds()).containsExactly("", "");
        assertIsDimmed(RINGING);
        streams.status(ringing, null);
        assertIsCurrent(RINGING);
    }

    @Test
    void after_a_reconnection_a_call_stays_dimmed_until_the_service_says_where_it_stands() throws Exception {
        follow(ACTIVE, RINGING);
        JsonObject ringing = lookUp(RINGING);
        JsonObject active = lookUp(ACTIVE);
        streams.status(ringing, null);
        streams.status(active, null);
        assertIsCurrent(ACTIVE);
        streams.cut();
        assertThat(page.locator("#connection")).hasText("Reconnecting…");
        assertIsDimmed(ACTIVE);
        assertIsDimmed(RINGING);
        page.clock().fastForward(RECONNECTION);
        assertIsLive();
        assertIsCurrent(ACTIVE);
        assertIsDimmed(RINGING);
        streams.status(ringing, null);
        assertIsCurrent(RINGING);
        assertThat(streams.lastEventIds()).containsExactly("", ACTIVE + ":" + active.getLong("revision"));
    }

    @ParameterizedTest
    @EnumSource(
            value = ColorScheme.class,
            names = {"LIGHT", "DARK"})
    void what_is_dimmed_can_still_be_read(ColorScheme scheme) throws Exception {
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme).setReducedMotion(ReducedMotion.REDUCE));
        page.setViewportSize(360, 800);
        follow(ACTIVE, RINGING, LIFE);
        streams.status(lookUp(ACTIVE), null);
        streams.status(lookUp(RINGING).put("stale", true), null);
        streams.problem(RINGING, "upstream-timeout");
        // The last that was sent: the page has all of it before its clock goes on.
        assertIsDimmed(RINGING);
        assertIsCurrent(ACTIVE);
        page.clock().fastForward(SILENCE);
        assertIsDimmed(ACTIVE);
        assertIsDimmed(RINGING);
        assertThat((List<?>) page.evaluate(TOO_FAINT)).isEmpty();
        assertThat((Integer) page.evaluate("document.documentElement.scrollWidth"))
                .isLessThanOrEqualTo(360);
    }

    @Test
    void the_reference_is_shown_and_not_downloaded() {
        page.navigate(root);
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Settings"))
                .click();
        assertThat(page.locator("pre")).containsText("callwatch.lookup.deadline");
    }

    @Test
    void it_fits_a_narrow_screen() {
        page.setViewportSize(360, 800);
        page.navigate(root + "#account=sandbox&id=" + FAILED);
        assertThat(row(FAILED)).hasAttribute("data-state", "failed");
        assertThat((Integer) page.evaluate("document.documentElement.scrollWidth"))
                .isLessThanOrEqualTo(360);
    }

    /** Opens the page with calls whose stream says and does what the test wants; its timers run by the test's clock. */
    private void follow(String... guids) throws Exception {
        streams = new ScriptedStreams();
        page.route("**/calls/events?*", route -> route.resume(new Route.ResumeOptions().setUrl(streams.url())));
        page.clock().install();
        page.navigate(root + "#account=sandbox&id=" + String.join("&id=", guids));
        assertIsLive();
    }

    /** Presses the button, and returns what the service answers to the request for the stream. */
    private static Response askAgain(Page page) {
        return page.waitForResponse(answer -> answer.url().contains("/calls/events"), () -> {
            page.locator("#paste").click();
            page.locator("#watch").click();
        });
    }

    private void assertIsLive() {
        assertThat(page.locator("#connection")).hasText("Live");
        assertThat(page.locator("#connection-note")).isEmpty();
    }

    private void assertIsCurrent(String guid) {
        assertThat(row(guid)).hasAttribute("data-current", "true");
        assertThat(row(guid).locator(".state")).not().containsText("Waiting");
        assertThat(row(guid).getByText("Last known: ")).isHidden();
        assertThat(row(guid).locator(".age")).isHidden();
    }

    private void assertIsDimmed(String guid) {
        assertThat(row(guid)).hasAttribute("data-current", "false");
        assertThat(row(guid).getByText("Last known: ")).isVisible();
        assertThat(row(guid).locator(".age")).hasText(Pattern.compile("last update \\d+ .+ ago"));
    }

    private static int seconds(Locator text) {
        String digits = text.innerText().replaceAll("(?s).*?(\\d+) s ago.*", "$1");
        return Integer.parseInt(digits);
    }

    /** Opens a call, and returns the entries of its time line. */
    private Locator timeline(String guid) {
        row(guid).click();
        return drawer().locator(".timeline li");
    }
}
