package dev.callwatch;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import dev.callwatch.access.TestIssuer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jose4j.jwk.RsaJsonWebKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What the documents say of running the package and of getting a token for it, as it stands there. */
class RunningIT {

    private static final String DOCUMENTED_ISSUER = "https://login.example.com/realms/corp";
    private static final Duration START = Duration.ofSeconds(60);

    private final int api = FreePort.next();
    private Shell shell;
    private WireMockServer provider;
    private TestIssuer issuer;
    private String token;

    @BeforeEach
    void begin() throws IOException {
        Shell.assumeInstalled("bash", "curl", "jq");
        shell = new Shell()
                .with("QUARKUS_HTTP_PORT", Integer.toString(api))
                .with("QUARKUS_MANAGEMENT_PORT", "0")
                .with("JDK_JAVA_OPTIONS", ProcessIT.shortLived())
                // Nobody has to find another replica.
                .with("QUARKUS_SHUTDOWN_DELAY", "0s")
                .with("CALLWATCH_SANDBOX_PORT", Integer.toString(FreePort.next()));
        provider = new WireMockServer(wireMockConfig().dynamicPort());
        provider.start();
        RsaJsonWebKey key = TestIssuer.key("one");
        issuer = new TestIssuer(
                        new WireMock("localhost", provider.port()), "http://localhost:" + provider.port() + "/corp")
                .publishes(key);
        token = issuer.token(key, "crm-sync");
        provider.stubFor(get(urlEqualTo("/corp/.well-known/openid-configuration"))
                .willReturn(okJson("""
                {"issuer": "%1$s", "jwks_uri": "%1$s/jwks", "token_endpoint": "%1$s/token",
                 "device_authorization_endpoint": "%1$s/device"}
                """.formatted(issuer.url()))));
    }

    @AfterEach
    void end() {
        if (provider != null) {
            provider.stop();
        }
    }

    @Test
    void the_settings_of_the_readme_are_all_that_a_start_needs() throws Exception {
        assertStarts(MarkdownFile.of("README.md")
                .code("Run it in production", "properties")
                .get(0));
    }

    @Test
    void the_settings_of_the_first_account_are_all_that_a_start_needs() throws Exception {
        assertStarts(MarkdownFile.reference("running.md")
                .code("The first account", "properties")
                .get(0));
    }

    @Test
    void a_workload_gets_a_token() throws Exception {
        provider.stubFor(tokenRequest()
                .withRequestBody(containing("grant_type=client_credentials"))
                .withRequestBody(containing("client_id=crm-sync"))
                .withRequestBody(containing("client_secret=s%26cret"))
                .willReturn(okJson("{\"access_token\":\"" + token + "\",\"expires_in\":300}")));
        shell.file("client.secret", "s&cret");
        try (Shell.Run service = start()) {
            String printed = shell.output(here(MarkdownFile.reference("access.md")
                    .code("A token for a workload", "sh")
                    .get(0)));
            assertThat(printed).as(service.output()).contains("\"key\":\"sandbox\"");
        }
    }

    @Test
    // It waits for its provider.
    @Execution(ExecutionMode.CONCURRENT)
    void a_person_gets_a_token() throws Exception {
        provider.stubFor(post(urlEqualTo("/corp/device"))
                .withRequestBody(containing("client_id=callwatch-cli"))
                .willReturn(okJson("""
                        {"device_code": "de+vice", "user_code": "ABCD-EFGH", "interval": 1, "expires_in": 600,
                         "verification_uri": "https://login.example.com/device"}
                        """)));
        answersTheDevice(Scenario.STARTED, 400, "{\"error\":\"authorization_pending\"}");
        answersTheDevice("granted", 200, "{\"access_token\":\"" + token + "\",\"expires_in\":300}");
        List<String> commands = MarkdownFile.reference("access.md").code("A token for a person", "sh");
        shell.file("token.sh", here(commands.get(0)));
        try (Shell.Run service = start();
                Shell.Run signIn = shell.begin(here(commands.get(1)))) {
            assertThat(signIn.status()).isZero();
            assertThat(signIn.complaints()).contains("Open https://login.example.com/device and enter ABCD-EFGH");
            assertThat(signIn.output()).as(service.output()).contains("\"key\":\"sandbox\"");
        }
        answersTheDevice("granted", 400, "{\"error\":\"access_denied\"}");
        try (Shell.Run denied = shell.begin("bash token.sh")) {
            assertThat(denied.status()).isNotZero();
            assertThat(denied.complaints()).contains("The provider refused: access_denied");
        }
    }

    @Test
    void a_token_is_decoded() throws Exception {
        String decode = MarkdownFile.reference("access.md")
                .code("With an OpenID provider", "sh")
                .get(0);
        assertThat(shell.with("TOKEN", token).output(decode))
                .contains("\"sub\": \"crm-sync\"", "\"aud\": \"callwatch\"");
    }

    private void answersTheDevice(String state, int status, String answer) {
        provider.stubFor(tokenRequest()
                .withRequestBody(containing("device_code=de%2Bvice"))
                .inScenario("device")
                .whenScenarioStateIs(state)
                .willSetStateTo("granted")
                .willReturn(aResponse().withStatus(status).withBody(answer)));
    }

    private static MappingBuilder tokenRequest() {
        return post(urlEqualTo("/corp/token"));
    }

    /** With an account of the sandbox, which the provider's caller crm-sync may read. */
    private Shell.Run start() throws IOException {
        Map.of(
                        "CALLWATCH_SANDBOX_ENABLED", "true",
                        "CALLWATCH_ACCESS_ISSUERS_CORP_URL", issuer.url(),
                        "CALLWATCH_ACCESS_RULES_CRM_SUBJECT", "crm-sync",
                        "CALLWATCH_ACCESS_RULES_CRM_ACCOUNTS", "sandbox")
                .forEach(shell::with);
        return launch();
    }

    private void assertStarts(String settings) throws Exception {
        shell.file("main.secret", "secret\n")
                .file(
                        "config/application.properties",
                        settings.replace(
                                "/etc/callwatch/main.secret",
                                shell.directory().resolve("main.secret").toString()));
        try (Shell.Run service = launch()) {
            service.process().destroy();
            assertThat(service.process().waitFor(START.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(service.process().exitValue()).isZero();
        }
    }

    /** Starts the package in a directory of its own, and waits until it listens. */
    private Shell.Run launch() throws IOException {
        Shell.Run service = shell.begin("exec " + String.join(" ", ProcessIT.command()));
        await().atMost(START)
                .ignoreExceptions()
                .untilAsserted(() -> given().get("http://localhost:" + api + "/v1/accounts")
                        .then()
                        .statusCode(401));
        return service;
    }

    private String here(String commands) {
        return commands.replace(DOCUMENTED_ISSUER, issuer.url())
                .replace("http://localhost:8080", "http://localhost:" + api);
    }
}
