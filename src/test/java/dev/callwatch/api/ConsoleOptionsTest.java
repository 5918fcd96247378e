package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.callwatch.access.AccessOptions;
import dev.callwatch.access.AccessSettings;
import dev.callwatch.account.AccountSettings;
import dev.callwatch.settings.ConfigErrors;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleOptionsTest {

    private static final String ISSUER = "https://login.example.com:8443/realms/corp";

    private final ConfigErrors errors = new ConfigErrors();
    private final Map<String, String> settings = new HashMap<>(Map.of("callwatch.access.issuers.corp.url", ISSUER));

    @Test
    void without_settings_the_page_asks_for_a_token() {
        ConsoleConfig config = ConsoleConfig.of(options());
        errors.throwIfAny();
        assertThat(config).isEqualTo(new ConsoleConfig("oidc", Optional.empty(), Optional.empty(), Optional.empty()));
    }

    @Test
    void an_issuer_and_a_client_are_enough() {
        set("issuer", ISSUER);
        set("client-id", "callwatch-page");
        ConsoleOptions options = options();
        errors.throwIfAny();
        assertThat(options.signIn()).contains(new ConsoleOptions.SignIn(ISSUER, "callwatch-page", "openid"));
        assertThat(options.signIn().map(ConsoleOptions.SignIn::origin)).contains("https://login.example.com:8443");
    }

    @Test
    void where_no_token_is_needed_nobody_signs_in() {
        settings.put("callwatch.access.mode", "none");
        set("issuer", ISSUER);
        set("client-id", "callwatch-page");
        ConsoleConfig config = ConsoleConfig.of(options());
        errors.throwIfAny();
        assertThat(config).isEqualTo(new ConsoleConfig("none", Optional.empty(), Optional.empty(), Optional.empty()));
    }

    @Test
    void what_is_missing_is_named() {
        set("scope", "openid");
        options();
        assertThatThrownBy(errors::throwIfAny)
                .hasMessageContaining("callwatch.console.issuer is missing")
                .hasMessageContaining("callwatch.console.client-id is missing");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://login.example.com",
                "https://user@login.example.com",
                "https://login.example.com/?a=b",
                "https://a;script-src *",
                "login.example.com"
            })
    void an_issuer_that_is_no_https_url_stops_the_start(String issuer) {
        set("issuer", issuer);
        set("client-id", "callwatch-page");
        options();
        assertThatThrownBy(errors::throwIfAny).hasMessageContaining("callwatch.console.issuer must be an https URL");
    }

    @Test
    void an_issuer_whose_tokens_are_refused_stops_the_start() {
        set("issuer", "https://login.example.com/realms/other");
        set("client-id", "callwatch-page");
        options();
        assertThatThrownBy(errors::throwIfAny)
                .hasMessageContaining(
                        "callwatch.console.issuer is https://login.example.com/realms/other, which is no");
    }

    @ParameterizedTest
    @ValueSource(strings = {"openid  callwatch", "openid\"", "a\\b", "ö"})
    void scopes_have_the_form_that_the_standard_gives_them(String scope) {
        set("issuer", ISSUER);
        set("client-id", "callwatch-page");
        set("scope", scope);
        options();
        assertThatThrownBy(errors::throwIfAny).hasMessageContaining("callwatch.console.scope must be scopes");
    }

    private void set(String name, String value) {
        settings.put("callwatch.console." + name, value);
    }

    private ConsoleOptions options() {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withMapping(ConsoleSettings.class)
                .withMapping(AccessSettings.class)
                .withMapping(AccountSettings.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build();
        AccessOptions access = new AccessOptions(
                config.getConfigMapping(AccessSettings.class), config.getConfigMapping(AccountSettings.class), errors);
        return new ConsoleOptions(config.getConfigMapping(ConsoleSettings.class), access, errors);
    }
}
