package dev.callwatch.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnknownSettingsTest {

    @ParameterizedTest
    @CsvSource({
        "callwatch.lookup.deadlin, callwatch.lookup.deadline",
        "callwatch.lookups.deadline, callwatch.lookup.deadline",
        "callwatch.acounts.main.region, callwatch.accounts.main.region",
        "callwatch.accounts.main.clientid, callwatch.accounts.main.client-id",
        "callwatch.accounts.\"uk.sales\".regions, callwatch.accounts.\"uk.sales\".region",
        "%prod.callwatch.sandbox.enable, callwatch.sandbox.enabled",
        "callwatch.push.retryfor, callwatch.push.retry-for",
        "callwatch.push.sinks.crm.secrets, callwatch.push.sinks.crm.secret",
        "callwatch.accounts.main.notification.signing-key, callwatch.accounts.main.notifications.signing-key",
        "callwatch.stor, callwatch.store"
    })
    void a_property_that_is_no_setting_is_an_error_that_names_the_nearest(String given, String nearest) {
        assertThat(message(Map.of(given, "x"), Map.of()))
                .contains("  " + given.replaceFirst("^%prod\\.", "") + " is not a setting; did you mean " + nearest
                        + "?");
    }

    @ParameterizedTest
    @CsvSource({
        "CALLWATCH_LOOKUP_DEADLIN, CALLWATCH_LOOKUP_DEADLINE",
        "CALLWATCH_ACCOUNT_MAIN_REGION, CALLWATCH_ACCOUNTS_MAIN_REGION",
        "CALLWATCH_ACCOUNTS_UK_SALES_CLIENT_SECRTE, CALLWATCH_ACCOUNTS_UK_SALES_CLIENT_SECRET",
        "CALLWATCH_SANBOX_PORT, CALLWATCH_SANDBOX_PORT",
        "CALLWATCH_PUSH_SINK_CRM_URL, CALLWATCH_PUSH_SINKS_CRM_URL"
    })
    void so_is_an_environment_variable(String given, String nearest) {
        assertThat(message(Map.of(), Map.of(given, "8091")))
                .contains("  " + given + " is not a setting; did you mean " + nearest + "?");
    }

    @Test
    void a_name_that_nothing_is_near_to_is_an_error_without_a_guess() {
        assertThat(message(Map.of("callwatch.colour", "red"), Map.of("CALLWATCH_SHAPE", "round")))
                .contains("  callwatch.colour is not a setting")
                .contains("  CALLWATCH_SHAPE is not a setting")
                .doesNotContain("did you mean");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "callwatch.accounts.main.region",
                "callwatch.accounts.\"uk sales\".region",
                "callwatch.access.rules.crm.permissions[0]",
                "callwatch.access.limits.subscriptions",
                "callwatch.accounts.main.notifications.signing-key",
                "callwatch.accounts.\"uk sales\".notifications.signing-key-file",
                "callwatch.push.allowed[1]",
                "callwatch.push.retry-for",
                "callwatch.push.sinks.crm.secret[0]",
                "callwatch.push.sinks.\"night shift\".content-mode",
                "callwatch.sandbox.notifications",
                "callwatch.store",
                "%sandbox.callwatch.sandbox.enabled",
                "quarkus.http.prot",
                "callwatchers.are.others"
            })
    void a_setting_and_what_is_not_ours_is_none(String given) {
        check(Map.of(given, "x"), Map.of());
    }

    @ParameterizedTest
    @CsvSource({
        "CALLWATCH_STORE, redis",
        "CALLWATCH_ACCOUNTS_UK_SALES_REGION, emea",
        "CALLWATCH_ACCOUNTS__UK_SALES__REGION, emea",
        "CALLWATCH_ACCESS_RULES_CRM_ACCOUNTS_0_, a",
        "CALLWATCH_ACCESS_LIMITS_SUBSCRIPTIONS, 5",
        "CALLWATCH_ACCOUNTS_UK_SALES_NOTIFICATIONS_SIGNING_KEY, c2VjcmV0",
        "CALLWATCH_PUSH_ALLOWED_0_, https://crm.example.com/*",
        "CALLWATCH_PUSH_SIGNING_KEY_FILE, /etc/key",
        "CALLWATCH_PUSH_SINKS_NIGHT_SHIFT_SECRET_FILE, /etc/secret",
        "CALLWATCH_SANDBOX_NOTIFICATIONS, true",
        "CALLWATCH_SERVICE_HOST, 10.0.0.1",
        "CALLWATCH_SERVICE_PORT, 80",
        "CALLWATCH_SERVICE_PORT_HTTP, 80",
        "CALLWATCH_PORT, tcp://10.0.0.1:80",
        "CALLWATCH_PORT_80_TCP_ADDR, 10.0.0.1",
        "CALLWATCH_REDIS_SERVICE_HOST, 10.0.0.2",
        "CALLWATCHER, x"
    })
    void neither_is_a_variable_of_a_setting_or_of_a_service_in_kubernetes(String given, String value) {
        check(Map.of(), Map.of(given, value));
    }

    private static String message(Map<String, String> properties, Map<String, String> environment) {
        return catchThrowable(() -> found(properties, environment).throwIfAny()).getMessage();
    }

    private static void check(Map<String, String> properties, Map<String, String> environment) {
        assertThatCode(() -> found(properties, environment).throwIfAny()).doesNotThrowAnyException();
    }

    private static ConfigErrors found(Map<String, String> properties, Map<String, String> environment) {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(new PropertiesConfigSource(properties, "a file"), new EnvConfigSource(environment, 300))
                .build();
        ConfigErrors errors = new ConfigErrors();
        new UnknownSettings(config, environment).addTo(errors);
        return errors;
    }
}
