package dev.callwatch;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.Media;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The board of all calls of an account, in a browser. */
class WallboardIT extends BrowserTest {

    private static final int PHONE = 390;

    /** What the service lists, by GUID; a test may change it before the page reads it again. */
    private final Map<String, JsonObject> listed = new LinkedHashMap<>();

    private final AtomicInteger readings = new AtomicInteger();

    @Test
    void the_list_and_the_feed_are_one_board_and_a_gap_lets_the_list_be_read_again() throws Exception {
        JsonObject active = call(1, "active");
        JsonObject unread = call(2, "active");
        unread.getJsonObject("observed")
                .put("at", Instant.now().minus(Duration.ofHours(2)).toString());
        openBoard("", active, unread, call(3, "completed"), call(4, "failed"));
        assertThat(rows()).hasCount(4);
        // Failures first, then what goes on.
        assertThat(rows().first()).hasAttribute("data-state", "failed");
        assertThat(rows().last()).hasAttribute("data-state", "completed");
        Locator first = row(id(1));
        assertThat(first).containsText("+44 20 7206 8888");
        assertThat(first.locator(".country").first()).hasText("GB");
        assertThat(first.locator("time")).hasText(Pattern.compile("\\d+:\\d\\d"));
        assertThat(first.locator("time")).hasAttribute("title", Pattern.compile("since .+"));
        String before = first.locator("time").textContent();
        page.clock().fastForward(3_000);
        assertThat(first.locator("time")).not().hasText(before);
        assertThat(first).hasAttribute("data-current", "true");
        // Nobody has looked at it for two hours: that it goes on is not known.
        assertThat(row(id(2))).hasAttribute("data-current", "false");
        assertThat(row(id(2)).locator(".age")).hasText("last update 2 h ago");
        assertThat(page.locator("#not-current")).hasText("1 not current");

        streams.status(call(5, "active"), null);
        assertThat(rows()).hasCount(5);
        streams.status("call.completed", next(active, "completed"), active.getLong("revision"));
        assertThat(first).hasAttribute("data-state", "completed");
        assertThat(first.locator("time")).hasText(Pattern.compile(".+ ago"));

        list(call(6, "failed"));
        int read = readings.get();
        streams.gap("a position");
        assertThat(row(id(6))).hasAttribute("data-state", "failed");
        assertThat(readings.get()).isEqualTo(read + 1);
        // Who has a position goes on from there; the calls are dimmed meanwhile.
        streams.cut();
        assertThat(page.locator("#connection-note")).containsText("Trying again");
        assertThat(row(id(5))).hasAttribute("data-current", "false");
        page.clock().fastForward(10_000);
        assertThat(page.locator("#connection")).hasText("Live");
        assertThat(row(id(5))).hasAttribute("data-current", "true");
        assertThat(streams.lastEventIds()).endsWith("a position");
    }

    @Test
    void the_page_of_a_list_that_follows_is_read_too() throws Exception {
        streams = new ScriptedStreams();
        page.route("**/v1/accounts/sandbox/events", this::toStreams);
        page.route("**/v1/accounts/sandbox/calls?*", route -> {
            boolean second = route.request().url().contains("after=");
            Route.FulfillOptions answer = new Route.FulfillOptions()
                    .setContentType("application/json")
                    .setBody(calls(List.of(call(second ? 2 : 1, "active"))));
            route.fulfill(
                    second ? answer : answer.setHeaders(Map.of("Link", "<calls?limit=100&after=1:x>; rel=\"next\"")));
        });
        page.navigate(root + "#account=sandbox");
        assertThat(rows()).hasCount(2);
    }

    @Test
    void a_hundred_calls_are_updated_in_place_and_what_is_kept_is_bounded() throws Exception {
        JsonObject[] hundred =
                IntStream.range(0, 100).mapToObj(i -> call(i, "active")).toArray(JsonObject[]::new);
        openBoard("", hundred);
        assertThat(rows()).hasCount(100);
        page.evaluate("""
                () => {
                  window.built = 0;
                  const count = changes => { window.built += changes.reduce((sum, each) => sum + each.addedNodes.length, 0); };
                  new MutationObserver(count).observe(document.getElementById('calls'), { childList: true });
                  document.querySelector('[data-call$="60"] .open').focus();
                  window.focused = document.activeElement;
                }""");
        for (int i = 0; i < 100; i++) {
            JsonObject changed = next(hundred[i], "active").put("recording", "started");
            streams.status("call.recording-changed", changed, hundred[i].getLong("revision"));
        }
        assertThat(page.locator("#calls [data-recording=started]")).hasCount(100);
        assertThat((Integer) page.evaluate("window.built")).isZero();
        // A single change of place moves few rows, and the focus stays.
        streams.status("call.failed", next(next(hundred[60], "active"), "failed"), null);
        assertThat(rows().first()).hasAttribute("data-call", id(60));
        assertThat((Integer) page.evaluate("window.built")).isLessThanOrEqualTo(3);
        assertThat((Boolean) page.evaluate("document.activeElement === window.focused"))
                .isTrue();

        for (int i = 100; i < 700; i++) {
            streams.status(call(i, "completed").put("disposition", "Sale"), null);
        }
        // Six hundred rows are made meanwhile, perhaps on a busy machine.
        assertThat(row(id(699))).isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(20_000));
        assertThat(rows()).hasCount(500);
        // What goes on is not forgotten.
        assertThat(page.locator("#calls [data-state=active]")).hasCount(99);
    }

    @Test
    void filter_search_and_order_are_kept_in_the_address() throws Exception {
        JsonObject busy = call(1, "failed");
        busy.getJsonObject("from").put("agentId", "77");
        openBoard("", busy, call(2, "failed"), call(3, "active"), call(4, "completed"));
        Locator failed = page.locator("[data-show=failed]");
        assertThat(failed).containsText("2");
        failed.click();
        assertThat(rows()).hasCount(2);
        page.locator("#search").fill("20 7206 agent 77");
        assertThat(rows()).hasCount(1);
        page.locator("th button[data-sort=agent]").click();
        page.locator("th button[data-sort=agent]").click();
        assertThat(page.locator("th.agent-cell")).hasAttribute("aria-sort", "descending");
        assertThat(page).hasURL(Pattern.compile("#account=sandbox&show=failed&q=20%207206%20agent%2077&sort=-agent$"));
        page.reload();
        assertThat(rows()).hasCount(1);
        assertThat(failed).hasAttribute("aria-pressed", "true");
        assertThat(page.locator("#search")).hasValue("20 7206 agent 77");
        page.locator("#search").fill("+442072068888");
        assertThat(rows()).hasCount(2);
        page.locator("#search").fill("nothing has this");
        assertThat(page.locator("#empty")).containsText("No call matches");
        page.locator("#empty button").click();
        assertThat(rows()).hasCount(4);
    }

    @Test
    void the_keys_reach_everything_and_the_focus_comes_back() throws Exception {
        openBoard("", call(1, "failed"), call(2, "active"), call(3, "completed"));
        assertThat(rows()).hasCount(3);
        page.keyboard().press("j");
        assertThat(row(id(1)).locator(".open")).isFocused();
        page.keyboard().press("j");
        page.keyboard().press("k");
        page.keyboard().press("ArrowDown");
        assertThat(row(id(2)).locator(".open")).isFocused();
        page.keyboard().press("Enter");
        assertThat(drawer()).isVisible();
        assertThat(page).hasURL(Pattern.compile("&call=" + id(2)));
        page.keyboard().press("j");
        assertThat(drawer()).containsText(id(3));
        page.keyboard().press("k");
        assertThat(drawer()).containsText(id(2));
        assertThat((Boolean) page.evaluate("document.getElementById('drawer').contains(document.activeElement)"))
                .isTrue();
        page.keyboard().press("Escape");
        assertThat(drawer()).isHidden();
        assertThat(row(id(2)).locator(".open")).isFocused();
        page.keyboard().press("?");
        assertThat(page.locator("#help")).isVisible();
        page.keyboard().press("Escape");
        page.keyboard().press("/");
        assertThat(page.locator("#search")).isFocused();
        page.keyboard().type("j?");
        assertThat(page.locator("#search")).hasValue("j?");
        assertThat(page.locator("#help")).isHidden();
        page.keyboard().press("Escape");
        assertThat(rows()).hasCount(3);
    }

    @Test
    void the_drawer_has_the_history_that_the_service_keeps_the_documents_and_ways_to_share_it() throws Exception {
        JsonObject began = call(1, "active");
        JsonObject recorded = next(began, "active").put("recording", "started");
        JsonObject ended = next(recorded, "completed").putNull("recording");
        recorded.getJsonObject("observed").put("at", "2026-01-02T03:04:09Z");
        page.route(
                "**/calls/" + id(1) + "/revisions",
                route -> fulfil(
                        route,
                        new JsonObject()
                                .put(
                                        "revisions",
                                        new JsonArray()
                                                .add(revision("call.observed", began, 1L))
                                                .add(revision(
                                                        "call.recording-changed", recorded, began.getLong("revision")))
                                                .add(revision(
                                                        "call.completed", ended, recorded.getLong("revision"))))));
        page.route("**/calls/" + id(1), route -> fulfil(route, ended));
        openBoard("&call=" + id(1), ended);
        Locator entries = drawer().locator(".timeline li");
        assertThat(entries.locator("span")).hasText(new String[] {
            "Earlier changes are no longer kept", "Seen as active", "Recording started", "Call completed"
        });
        assertThat(entries.nth(2).locator("time")).hasAttribute("datetime", "2026-01-02T03:04:09Z");
        assertThat(drawer()).containsText("United Kingdom (GB)");
        assertThat(drawer().locator(".curl")).containsText("/v1/accounts/sandbox/calls/" + id(1));
        drawer().getByText("Vonage’s document").first().click();
        assertThat(drawer().locator("pre").first()).containsText("\"links\"");
        page.evaluate("() => { navigator.clipboard.writeText = async text => { window.copied = text; }; }");
        for (String what : List.of("link", "GUID", "JSON", "curl")) {
            drawer().getByText("Copy " + what).click();
            assertThat(drawer().getByText("Copied").last()).isVisible();
            assertThat((String) page.evaluate("window.copied")).contains(id(1));
        }
    }

    @Test
    void the_numbers_count_and_filter() throws Exception {
        JsonObject busy = call(1, "failed");
        busy.getJsonObject("result").put("reason", "number-busy");
        openBoard("", busy, call(2, "failed"), call(3, "failed"), call(4, "active"), call(5, "completed"));
        assertThat(tile("failed").locator(".big")).hasText("3");
        assertThat(tile("failed").locator(".reasons li")).containsText(new String[] {"No answer2", "Number busy1"});
        assertThat(tile("failed")).containsText("3 in the last hour");
        assertThat(tile("failed").locator(".sparkline .area")).hasAttribute("d", Pattern.compile("M.+"));
        assertThat(tile("active").locator(".sparkline .line")).hasAttribute("d", Pattern.compile("M.+"));
        assertThat(tile("active")).containsText("longest ");
        assertThat(tile("completed")).containsText("25 % of those that ended");
        assertThat(tile("waiting").locator(".big")).hasText("4");
        assertThat(tile("budget")).containsText(Pattern.compile("Requests left\\d+.*used of 100; 6000 a minute"));
        page.route(
                "**/v1/accounts/sandbox/budget",
                route -> fulfil(
                        route,
                        new JsonObject()
                                .put("requestsPerMinute", 80)
                                .put("available", 0)
                                .put("burst", 100)
                                .put("pausedFor", 12)));
        page.clock().fastForward(11_000);
        assertThat(tile("budget")).containsText("Vonage is asked again in 12 s");
        tile("active").locator("button").click();
        assertThat(rows()).hasCount(1);
        tile("active").locator("button").click();
        assertThat(rows()).hasCount(5);
    }

    @Test
    void what_keeps_several_calls_from_being_read_is_said_once() throws Exception {
        page.route("**/calls/events?*", this::toStreams);
        JsonObject first = call(1, "active");
        JsonObject second = call(2, "active");
        openBoard("&id=" + id(1) + "&id=" + id(2) + "&id=" + id(3));
        assertThat(page.locator("#connection")).hasText("Live");
        List.of(first, second, call(3, "active")).forEach(call -> streams.status(call, null));
        assertThat(row(id(3))).hasAttribute("data-current", "true");
        streams.problem(id(1), "upstream-throttled");
        streams.problem(id(2), "upstream-throttled");
        Locator notice = page.locator("#shared-problems .notice");
        assertThat(notice).hasCount(1);
        assertThat(notice).hasText("Vonage asks to be called less often. 2 calls show their last known status.");
        assertThat(row(id(1))).hasAttribute("data-current", "false");
        assertThat(row(id(3))).hasAttribute("data-current", "true");
        streams.status(next(first, "active"), null);
        streams.status(next(second, "active"), null);
        assertThat(notice).hasCount(0);
    }

    @Test
    void attention_is_called_for_in_the_title_the_icon_and_by_notifications_that_are_asked_for_once() throws Exception {
        page.addInitScript("""
                window.asked = 0;
                window.notified = [];
                window.Notification = class {
                  static permission = 'default';
                  static async requestPermission() { window.asked += 1; return this.permission = 'granted'; }
                  constructor(title, options) { window.notified.push(title + '|' + options.body); }
                };""");
        JsonObject first = call(1, "active");
        JsonObject second = call(2, "active");
        openBoard("", first, second, call(3, "failed"));
        assertThat(page).hasTitle("1 failed, 2 active – Callwatch");
        assertThat(page.locator("#icon")).hasAttribute("href", Pattern.compile("data:image/svg.+"));
        streams.status("call.failed", next(first, "failed"), first.getLong("revision"));
        assertThat(page).hasTitle("2 failed, 1 active – Callwatch");
        assertThat((Integer) page.evaluate("window.asked + window.notified.length"))
                .isZero();

        page.locator("#notify").click();
        page.locator("#notify-failures").check();
        page.keyboard().press("Escape");
        row(id(2)).click();
        drawer().getByText("Notify me").click();
        page.keyboard().press("Escape");
        JsonObject recorded = next(second, "active").put("recording", "started");
        streams.status("call.recording-changed", recorded, second.getLong("revision"));
        streams.status("call.failed", next(recorded, "failed"), recorded.getLong("revision"));
        assertThat(page).hasTitle("3 failed – Callwatch");
        assertThat((List<?>) page.evaluate("window.notified"))
                .hasSize(2)
                .first()
                .asString()
                .startsWith("Recording started|+44 20 7206 8888");
        assertThat((Integer) page.evaluate("window.asked")).isEqualTo(1);
        page.reload();
        assertThat(page.locator("#notify-failures")).isChecked();
    }

    @Test
    void an_empty_sandbox_plays_calls_and_links_the_documents() {
        page.navigate(root + "#account=sandbox-flaky");
        Locator empty = page.locator("#empty");
        assertThat(empty).containsText("No calls yet");
        assertThat(empty.locator("a[href='reference/interface.md']")).isVisible();
        assertThat(empty.locator("[data-play]")).hasCount(21);
        empty.locator("[data-play='00000003']").click();
        assertThat(page.locator("#account")).hasValue("sandbox");
        assertThat(empty).isHidden();
        // It is one that this page follows, beside all others of the account.
        page.locator("#scope-chosen").click();
        assertThat(rows()).hasCount(1);
        assertThat(page.locator("#calls [data-call^='00000003-']")).hasAttribute("data-state", "failed");
        page.locator("#play").click();
        page.locator("#play-panel [data-play='00000777']").click();
        assertThat(page.locator("#calls [data-call^='00000777-']")).hasAttribute("data-state", "unknown");
        assertThat(page.locator("#play-panel")).isHidden();
        assertThat(rows()).hasCount(2);
        page.locator("#calls [data-call^='00000777-']").click();
        drawer().getByText("Followed").click();
        assertThat(rows()).hasCount(1);
    }

    @Test
    void guids_that_are_pasted_anywhere_are_followed() {
        page.navigate(root + "#account=sandbox");
        assertThat(page.locator("#connection")).hasText("Live");
        page.evaluate("""
                guid => {
                  const clipboardData = new DataTransfer();
                  clipboardData.setData('text', 'a call: ' + guid);
                  document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
                }""", FAILED);
        assertThat(rows()).hasCount(1);
        assertThat(row(FAILED)).hasAttribute("data-state", "failed");
        assertThat(page).hasURL(Pattern.compile("#account=sandbox&id=" + FAILED + "$"));
        assertThat(page.locator("#choose")).isHidden();
    }

    @Test
    void a_service_that_asks_for_a_token_is_answered_without_an_alarm() throws Exception {
        page.route(
                "**/console/config.json",
                route -> route.fulfill(new Route.FulfillOptions()
                        .setContentType("application/json")
                        .setBody("{\"access\":\"oidc\",\"issuer\":null,\"clientId\":null,\"scope\":null}")));
        page.route("**/v1/accounts", route -> {
            if ("Bearer secret".equals(route.request().headerValue("authorization"))) {
                route.resume();
            } else {
                route.fulfill(new Route.FulfillOptions().setStatus(401).setBody("{}"));
            }
        });
        openBoard("", call(1, "active"));
        Locator panel = page.locator("#signin");
        assertThat(panel).containsText("Callwatch shows calls to those who have a token.");
        assertThat(page.locator(".problem")).hasCount(0);
        page.locator("#token").fill("wrong");
        page.locator("#token").press("Enter");
        assertThat(panel).containsText("The service no longer accepts your token");
        assertThat(page.locator(".problem")).hasCount(0);
        page.locator("#token").fill("secret");
        page.locator("#token").press("Enter");
        assertThat(rows()).hasCount(1);
        assertThat(page.locator(".problem")).hasCount(0);
        assertThat(panel).isHidden();
    }

    @Test
    void it_works_on_a_phone_prints_and_keeps_its_theme() throws Exception {
        page.setViewportSize(PHONE, 844);
        openBoard("", call(1, "failed"), call(2, "active"), call(3, "completed"));
        assertThat(rows()).hasCount(3);
        assertThat((Integer) page.evaluate("document.documentElement.scrollWidth"))
                .isLessThanOrEqualTo(PHONE);
        assertThat((String) page.evaluate("getComputedStyle(document.querySelector('#calls tr')).display"))
                .isEqualTo("flex");
        // What the thumb needs is at the lower edge.
        assertThat((Integer)
                        page.evaluate("Math.round(document.querySelector('.toolbar').getBoundingClientRect().bottom)"))
                .isEqualTo(844);
        row(id(1)).click();
        assertThat(drawer()).isVisible();
        drawer().locator("[autofocus]").click();
        assertThat(drawer()).isHidden();

        assertThat(page.locator("#theme")).hasAttribute("aria-label", "Theme: system. Switch to light.");
        page.locator("#theme").click();
        page.locator("#theme").click();
        page.reload();
        assertThat(page.locator("html")).hasAttribute("data-theme", "dark");
        assertThat((String) page.evaluate("getComputedStyle(document.body).backgroundColor"))
                .isEqualTo("rgb(14, 18, 23)");
        assertThat(page.locator(".version")).hasText(Pattern.compile("Callwatch \\d+\\.\\d+\\.\\d+.*"));

        page.setViewportSize(1280, 800);
        page.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
        assertThat(page.locator(".toolbar")).isHidden();
        assertThat(row(id(1))).isVisible();
        assertThat((String) page.evaluate("getComputedStyle(document.documentElement).colorScheme"))
                .isEqualTo("light");
    }

    @Test
    void numbers_are_grouped_as_people_read_them() {
        page.navigate(root);
        Map<String, String> readable = Map.of(
                "+442072068888", "+44 20 7206 8888",
                "+448008888888", "+44 800 888 8888",
                "+447700900123", "+44 7700 900 123",
                "+12125550100", "+1 212 555 0100",
                "+33123456789", "+33 1 23 45 67 89",
                "+493012345678", "+49 30 1234 5678",
                "+35312345678", "+353 1234 5678",
                "+44*********88", "+44*********88",
                "0207", "0207");
        Object grouped = page.evaluate(
                "async numbers => { const { readableNumber } = await import('/console/phone.js'); return numbers.map(readableNumber); }",
                List.copyOf(readable.keySet()));
        assertThat((List<?>) grouped).isEqualTo(List.copyOf(readable.values()));
    }

    // --- a board whose list and feed say what the test wants

    private void openBoard(String view, JsonObject... calls) throws Exception {
        streams = new ScriptedStreams();
        list(calls);
        page.route("**/v1/accounts/sandbox/events", this::toStreams);
        page.route("**/v1/accounts/sandbox/calls?*", route -> {
            readings.incrementAndGet();
            route.fulfill(new Route.FulfillOptions()
                    .setContentType("application/json")
                    .setBody(calls(listed.values())));
        });
        page.clock().install();
        page.navigate(root + "#account=sandbox" + view);
    }

    private void list(JsonObject... calls) {
        for (JsonObject call : calls) {
            listed.put(call.getString("id"), call);
        }
    }

    private void toStreams(Route route) {
        route.resume(new Route.ResumeOptions().setUrl(streams.url()));
    }

    private static void fulfil(Route route, JsonObject body) {
        route.fulfill(
                new Route.FulfillOptions().setContentType("application/json").setBody(body.encode()));
    }

    private static String calls(Collection<JsonObject> calls) {
        return new JsonObject().put("calls", new JsonArray(List.copyOf(calls))).encode();
    }

    private Locator rows() {
        return page.locator("#calls tr");
    }

    private Locator tile(String name) {
        return page.locator("[data-tile=" + name + "]");
    }

    private static String id(int number) {
        return "0a11ca11-0000-4000-8000-%012d".formatted(number);
    }

    /** A call that began a minute ago and, unless it is active, ended now; no disposition is set yet. */
    private static JsonObject call(int number, String state) {
        Instant now = Instant.now();
        boolean active = "active".equals(state);
        String began = now.minusSeconds(60).toString();
        JsonObject party = new JsonObject()
                .put("telephoneNumber", "02072068888")
                .putNull("presentedClid")
                .put("agentId", "10")
                .put("e164", "+442072068888")
                .put("country", "GB")
                .put("lineType", "fixed-line");
        JsonObject result = new JsonObject()
                .put("code", "failure")
                .put("party", "recipient")
                .put("reason", "no-answer")
                .put("retry", "later");
        return new JsonObject()
                .put("id", id(number))
                .put("account", "sandbox")
                .put("state", state)
                .put("ended", !active)
                .put("summary", "A call.")
                .put("from", party)
                .put("to", party.copy().putNull("agentId"))
                .putNull("recording")
                .put("result", "failed".equals(state) ? result : null)
                .putNull("disposition")
                .put("revision", now.toEpochMilli() - 1_000 + number % 1_000)
                .put(
                        "observed",
                        new JsonObject()
                                .put("at", now.toString())
                                .put("firstAt", began)
                                .put("lastActiveAt", began)
                                .put("firstEndedAt", active ? null : now.toString())
                                .put(
                                        "availableUntil",
                                        active
                                                ? null
                                                : now.plus(Duration.ofDays(1)).toString()))
                .put("stale", false)
                .put("vonage", new JsonObject().put("id", id(number)).put("links", new JsonArray()));
    }

    /** The same call, a revision later. */
    private static JsonObject next(JsonObject call, String state) {
        JsonObject later = call(0, state);
        JsonObject observed = later.getJsonObject("observed")
                .put("firstAt", call.getJsonObject("observed").getString("firstAt"));
        return call.copy()
                .put("state", state)
                .put("ended", later.getBoolean("ended"))
                .put("result", later.getJsonObject("result"))
                .put("observed", observed)
                .put("revision", call.getLong("revision") + 1);
    }

    private static JsonObject revision(String type, JsonObject call, Long previous) {
        return new JsonObject()
                .put("type", type)
                .put("changes", JsonArray.of(type))
                .put("previous", previous)
                .put("call", call);
    }
}
