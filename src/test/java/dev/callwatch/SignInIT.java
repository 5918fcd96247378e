package dev.callwatch;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.is;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Frame;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Signing in to the page, its tokens, and the one stream of all tabs, in a browser. Skipped, saying so, where there is none. */
class SignInIT {

    private static final int MANAGEMENT = FreePort.next();

    @RegisterExtension
    @Order(1)
    static final AuthorisationServer ISSUER = AuthorisationServer.start();

    @RegisterExtension
    @Order(2)
    static final PackagedService SERVICE = PackagedService.withSandbox()
            .with("CALLWATCH_ACCESS_MODE", "oidc")
            .with("QUARKUS_MANAGEMENT_PORT", Integer.toString(MANAGEMENT))
            .with(ISSUER.settings());

    private static final String FAILED = "94e5928c-7f7e-4645-ad72-61010f906449";
    private static final String ACTIVE = "00000503-0000-0000-0000-00000000000d";
    private static final String LIFE = "00000101-0000-0000-0000-00000000000d";
    private static final Duration AN_HOUR = Duration.ofHours(1);
    private static final String ADA = "Ada Lovelace";

    /** One more than the connections that a browser opens to a service with HTTP/1.1. */
    private static final int TABS = 7;

    private static final Pattern STREAMS = Pattern.compile("(?m)^callwatch_streams(?:\\{.*})? (\\S+)$");

    @RegisterExtension
    @Order(3)
    static final BrowserExtension BROWSER = new BrowserExtension();

    private final String root = SERVICE.root().toString();

    private final List<String> complaints = new ArrayList<>();
    private final List<Request> requests = new ArrayList<>();
    private BrowserContext browser;
    private Page page;

    @BeforeEach
    void open() {
        browser = BROWSER.get().newContext();
        page = tab();
    }

    @AfterEach
    void the_page_breaks_no_rule_of_its_own() {
        browser.close();
        assertThat(complaints).isEmpty();
        await().untilAsserted(() -> assertThat(openStreams()).isZero());
    }

    private Page tab() {
        Page fresh = browser.newPage();
        fresh.setDefaultTimeout(10_000);
        fresh.onPageError(complaints::add);
        fresh.onConsoleMessage(message -> {
            if (message.text().contains("Content Security Policy")) {
                complaints.add(message.text());
            }
        });
        fresh.onRequest(requests::add);
        return fresh;
    }

    @Test
    void the_policy_of_the_page_allows_the_origin_of_the_issuer_and_no_other() {
        String origin = ISSUER.issuer().replaceFirst("(https?://[^/]+).*", "$1");
        given().get("/")
                .then()
                .header("Content-Security-Policy", containsString("connect-src 'self' " + origin + ";"))
                .header(
                        "Content-Security-Policy",
                        containsString("frame-src 'self' " + origin + "; frame-ancestors 'none'"));
        given().get("/console/callback.html")
                .then()
                .header("Content-Security-Policy", endsWith("; frame-ancestors 'self'"));
        given().get("/console/config.json")
                .then()
                .body("access", is("oidc"))
                .body("issuer", is(ISSUER.issuer()))
                .body("clientId", is("callwatch-page"))
                .body("scope", is("openid callwatch"));
    }

    @Test
    void a_person_signs_in_stays_signed_in_and_signs_out() {
        page.clock().install();
        page.navigate(root + "#account=sandbox&id=" + FAILED);
        assertThat(panel()).containsText("Sign in to see the calls of your accounts.");
        assertThat(page.locator("#choose")).isHidden();
        assertThat(requestsTo("/v1/")).isEmpty();

        button("Sign in").click();
        signInAtTheIssuer();
        assertThat(card(FAILED)).hasAttribute("data-state", "failed");
        assertThat(page).hasURL(root + "#account=sandbox&id=" + FAILED);
        assertThat(panel()).isHidden();
        assertThat(who()).containsText(ADA);
        who().locator("summary").click();
        assertThat(who()).containsText("May readsandbox");
        assertThat(who()).containsText(Pattern.compile("Serves\\d+ (min|h) more"));
        assertThat((Integer) page.evaluate("localStorage.length")).isZero();
        assertThat(browser.cookies(root)).isEmpty();

        String first = token();
        Request refresh = page.waitForRequest(
                request -> request.url().endsWith("/token"),
                () -> page.clock()
                        .fastForward(Duration.ofMinutes(59).plusSeconds(10).toMillis()));
        assertThat(refresh.postData()).contains("grant_type=refresh_token");
        page.waitForCondition(() -> !token().equals(first));
        assertThat(panel()).isHidden();

        button("Sign out").click();
        assertThat(panel()).containsText("Sign in to see the calls of your accounts.");
        assertThat(requestsTo("/endsession")).hasSize(1);
        assertThat((Integer) page.evaluate("sessionStorage.length")).isZero();
        assertThat(who().locator("details")).hasCount(0);
    }

    @Test
    void without_a_refresh_token_a_sign_in_is_renewed_in_a_frame() {
        page.clock().install();
        page.navigate(root + "#account=sandbox");
        button("Sign in").click();
        signInAtTheIssuer();
        assertThat(who()).containsText(ADA);
        page.evaluate("""
                () => {
                  const key = Object.keys(sessionStorage).find(name => name.startsWith('oidc.user:'));
                  const { refresh_token, ...user } = JSON.parse(sessionStorage.getItem(key));
                  sessionStorage.setItem(key, JSON.stringify(user));
                }""");
        page.reload();
        assertThat(who()).containsText(ADA);
        String first = token();
        page.clock().fastForward(Duration.ofMinutes(59).plusSeconds(10).toMillis());
        page.waitForCondition(() -> page.frames().stream().anyMatch(SignInIT::isForm));
        Frame form = page.frames().stream().filter(SignInIT::isForm).findFirst().orElseThrow();
        assertThat(form.url()).contains("prompt=none");
        form.evaluate("""
                name => {
                  document.querySelector('[name=username]').value = name;
                  document.querySelector('form').submit();
                }""", ADA);
        page.waitForCondition(() -> !token().equals(first));
        assertThat(panel()).isHidden();
    }

    @Test
    void a_sign_in_that_the_issuer_refuses_says_so() {
        page.navigate(root + "#account=sandbox&id=" + FAILED);
        button("Sign in").click();
        assertThat(page.locator("[name=username]")).isVisible();
        String state = page.url().replaceFirst(".*[?&]state=([^&]+).*", "$1");
        page.navigate(root + "console/callback.html?error=access_denied&state=" + state);
        assertThat(panel()).containsText("The sign-in was refused: access denied.");
        assertThat(page).hasURL(root + "#account=sandbox&id=" + FAILED);
        assertThat(button("Sign in")).isVisible();
    }

    @Test
    void a_token_is_shown_before_it_is_used_and_kept_for_the_tab() {
        withoutAnIssuer();
        page.navigate(root + "#account=sandbox&id=" + FAILED);
        assertThat(panel()).containsText("Callwatch shows calls to those who have a token.");
        assertThat(requestsTo("/v1/")).isEmpty();
        Locator note = page.locator("#token-note");
        page.locator("#token").fill("no.token");
        assertThat(note).containsText("This does not look like a token");
        page.locator("#token").fill(ISSUER.token("wallboard", Duration.ofSeconds(-60)));
        assertThat(note).containsText(Pattern.compile("A token of wallboard from \\S+:\\d+\\. It served until .+"));
        button("Use token").click();
        assertThat(note).hasText("This token has expired. Get a newer one.");
        assertThat(requestsTo("/v1/")).isEmpty();

        page.locator("#token").fill("Bearer " + ISSUER.token("wallboard", AN_HOUR));
        assertThat(note).containsText(Pattern.compile("A token of wallboard .+ It serves (1 h|59 min) more\\."));
        button("Use token").click();
        assertThat(card(FAILED)).hasAttribute("data-state", "failed");
        assertThat(panel()).isHidden();
        page.reload();
        assertThat(card(FAILED)).hasAttribute("data-state", "failed");
        assertThat(who()).containsText("wallboard");

        who().locator("summary").click();
        button("Forget the token").click();
        assertThat(panel()).containsText("Callwatch shows calls to those who have a token.");
        assertThat(card(FAILED)).isHidden();
    }

    @Test
    void a_token_that_the_service_refuses_asks_for_another_in_words() {
        withoutAnIssuer();
        page.navigate(root + "#account=sandbox&id=" + FAILED);
        useToken(ISSUER.token("wallboard", "another-service", AN_HOUR));
        assertThat(panel()).containsText("The service no longer accepts your token");
        assertThat(page.getByText("Trace")).hasCount(0);
        assertThat(page.locator(".problem")).hasCount(0);
    }

    @Test
    void streams_go_on_without_loss_when_another_token_replaces_one_that_has_expired() {
        withoutAnIssuer();
        page.navigate(root + "#account=sandbox&id=" + LIFE);
        useToken(ISSUER.token("wallboard", Duration.ofSeconds(6)));
        assertThat(card(LIFE)).hasAttribute("data-state", "active");
        assertThat(who()).containsText("token ends in");
        assertThat(panel())
                .containsText(
                        "Your token has expired.", new LocatorAssertions.ContainsTextOptions().setTimeout(15_000));
        assertThat(page.locator("#connection")).hasText("Not connected");
        assertThat(page.locator(".problem")).hasCount(0);
        assertThat(card(LIFE)).isVisible();

        useToken(ISSUER.token("wallboard", AN_HOUR));
        assertThat(page.locator("#connection")).hasText("Live");
        List<Request> streams = requestsTo("/calls/events");
        assertThat(streams.get(streams.size() - 1).headers().get("last-event-id"))
                .startsWith(LIFE + ":");
        assertThat(card(LIFE))
                .hasAttribute(
                        "data-state", "completed", new LocatorAssertions.HasAttributeOptions().setTimeout(30_000));
        assertThat(card(LIFE).locator("[data-kind=gap]")).hasCount(0);
    }

    @Test
    void seven_tabs_share_one_stream_and_go_on_when_the_one_that_reads_it_closes() {
        withoutAnIssuer();
        page.navigate(root + "#account=sandbox&id=" + ACTIVE + "&id=" + FAILED);
        useToken(ISSUER.token("wallboard", AN_HOUR));
        String stored = (String) page.evaluate("sessionStorage.getItem('callwatch.token')");
        List<Page> tabs = new ArrayList<>(List.of(page));
        IntStream.range(1, TABS).forEach(tab -> {
            Page next = tab();
            next.addInitScript("sessionStorage.setItem('callwatch.token', '" + stored + "')");
            next.navigate(page.url());
            tabs.add(next);
        });
        tabs.forEach(tab -> assertIsLive(tab));
        assertThat(openStreams()).isEqualTo(1);
        assertThat(requestsTo("/calls/events")).hasSize(1);

        page.close();
        tabs.remove(page);
        tabs.get(0).waitForCondition(() -> requestsTo("/calls/events").size() == 2);
        assertThat(requestsTo("/calls/events").get(1).headers().get("last-event-id"))
                .matches("[0-9a-f-]{36}:\\d+");
        tabs.forEach(tab -> assertIsLive(tab));
        await().untilAsserted(() -> assertThat(openStreams()).isEqualTo(1));
        tabs.forEach(
                tab -> assertThat(card(tab, ACTIVE).locator("[data-kind=gap]")).hasCount(0));
    }

    @Test
    void tabs_of_different_people_share_no_stream() {
        withoutAnIssuer();
        page.navigate(root + "#account=sandbox&id=" + ACTIVE);
        useToken(ISSUER.token("wallboard", AN_HOUR));
        assertIsLive(page);
        Page other = tab();
        other.navigate(page.url());
        useToken(other, ISSUER.token("another", AN_HOUR));
        assertIsLive(other);
        assertThat(openStreams()).isEqualTo(2);
        assertThat(requestsTo("/calls/events")).hasSize(2);
    }

    /** As the service answers where no issuer is set. */
    private void withoutAnIssuer() {
        browser.route(
                "**/console/config.json",
                route -> route.fulfill(new Route.FulfillOptions()
                        .setContentType("application/json")
                        .setBody("{\"access\":\"oidc\",\"issuer\":null,\"clientId\":null,\"scope\":null}")));
    }

    private void signInAtTheIssuer() {
        page.locator("[name=username]").fill(ADA);
        page.locator("[type=submit]").click();
    }

    private void useToken(String token) {
        useToken(page, token);
    }

    private static void useToken(Page page, String token) {
        page.locator("#token").fill(token);
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Use token"))
                .click();
    }

    /** The access token that the person got by signing in. */
    private String token() {
        return (String) page.evaluate("""
                () => JSON.parse(sessionStorage.getItem(
                  Object.keys(sessionStorage).find(name => name.startsWith('oidc.user:')))).access_token""");
    }

    private static boolean isForm(Frame frame) {
        return frame.url().startsWith(ISSUER.issuer())
                && Boolean.TRUE.equals(frame.evaluate("document.querySelector('[name=username]') !== null"));
    }

    private static void assertIsLive(Page tab) {
        assertThat(tab.locator("#connection")).hasText("Live");
        assertThat(card(tab, ACTIVE)).hasAttribute("data-state", "active");
        assertThat(card(tab, ACTIVE)).hasAttribute("data-current", "true");
    }

    private List<Request> requestsTo(String part) {
        return requests.stream()
                .filter(request -> URI.create(request.url()).getPath().contains(part))
                .toList();
    }

    private static double openStreams() {
        String metrics =
                given().get("http://localhost:" + MANAGEMENT + "/q/metrics").asString();
        return STREAMS.matcher(metrics)
                .results()
                .mapToDouble(match -> Double.parseDouble(match.group(1)))
                .sum();
    }

    private Locator panel() {
        return page.locator("#signin");
    }

    private Locator who() {
        return page.locator("#who");
    }

    private Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private Locator card(String guid) {
        return card(page, guid);
    }

    private static Locator card(Page page, String guid) {
        return page.locator("[data-call='" + guid + "']");
    }
}
