package dev.callwatch.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.AccountSettings;
import dev.callwatch.push.PushSettings;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EnvironmentNamesTest {

    private static final Map<String, String> ENVIRONMENT = Map.of(
            "CALLWATCH_ACCOUNTS_UK_SALES_REGION", "emea",
            "CALLWATCH_ACCOUNTS_UK_SALES_CLIENT_SECRET_FILE", "/etc/secret",
            "CALLWATCH_ACCOUNTS_UK_REGION", "nam",
            "CALLWATCH_ACCOUNTS_UK_CLIENT_ID", "uk");

    @Test
    void a_name_of_several_words_has_hyphens() {
        Map<String, AccountSettings.Entry> accounts = accounts(Map.of(), "a file");
        assertThat(accounts).containsOnlyKeys("uk-sales", "uk");
        assertThat(accounts.get("uk-sales").region()).contains("emea");
        assertThat(accounts.get("uk-sales").clientSecretFile()).contains("/etc/secret");
        assertThat(accounts.get("uk-sales").clientSecret()).isEmpty();
        assertThat(accounts.get("uk").region()).contains("nam");
        assertThat(accounts.get("uk").clientId()).contains("uk");
    }

    @Test
    void the_spelling_of_another_source_stays_and_the_environment_wins() {
        Map<String, AccountSettings.Entry> accounts = accounts(
                Map.of("callwatch.accounts.uk_sales.region", "apac", "callwatch.accounts.uk_sales.scope", "calls"),
                "a file");
        assertThat(accounts.get("uk_sales").region()).contains("emea");
        assertThat(accounts.get("uk_sales").scope()).contains("calls");
    }

    @Test
    void the_environment_of_a_build_does_not_become_a_part_of_the_package() {
        assertThat(accounts(Map.of(), "Build system")).containsOnlyKeys("uk");
    }

    @Test
    void a_rule_of_several_words_is_one_name() {
        Map<String, String> environment = Map.of("CALLWATCH_ACCESS_RULES_NIGHT_SHIFT_EU_ACCOUNTS", "*");
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withSources(new EnvironmentNames(environment))
                .build();
        assertThat(Optional.ofNullable(config.getConfigValue("callwatch.access.rules.night-shift-eu.accounts")
                        .getValue()))
                .contains("*");
    }

    @Test
    void signing_keys_of_notifications_belong_to_their_accounts() {
        SmallRyeConfig config = config(Map.of(
                "CALLWATCH_ACCOUNTS_UK_SALES_NOTIFICATIONS_SIGNING_KEY", "a2V5",
                "CALLWATCH_ACCOUNTS_UK_NOTIFICATIONS_SIGNING_KEY_FILE", "/etc/key"));
        Map<String, AccountSettings.Entry> accounts =
                config.getConfigMapping(AccountSettings.class).accounts();
        assertThat(accounts).containsOnlyKeys("uk-sales", "uk");
        assertThat(accounts.get("uk-sales").notifications().signingKey()).contains("a2V5");
        assertThat(accounts.get("uk-sales").key()).isEmpty();
        assertThat(accounts.get("uk").notifications().signingKeyFile()).contains("/etc/key");
        assertThat(accounts.get("uk").notifications().signingKey()).isEmpty();
    }

    @Test
    void sinks_have_names_of_several_words_too() {
        PushSettings push = config(Map.of(
                        "CALLWATCH_PUSH_RETRY_FOR", "1h",
                        "CALLWATCH_PUSH_ALLOWED", "https://a.example/*,https://b.example/*",
                        "CALLWATCH_PUSH_SINKS_NIGHT_SHIFT_URL", "https://night.example",
                        "CALLWATCH_PUSH_SINKS_NIGHT_SHIFT_SECRET_FILE", "/etc/secret",
                        "CALLWATCH_PUSH_SINKS_CRM_URL", "https://crm.example",
                        "CALLWATCH_PUSH_SINKS_CRM_CONTENT_MODE", "binary"))
                .getConfigMapping(PushSettings.class);
        assertThat(push.retryFor()).isEqualTo("1h");
        assertThat(push.allowed()).contains(List.of("https://a.example/*", "https://b.example/*"));
        assertThat(push.sinks()).containsOnlyKeys("night-shift", "crm");
        assertThat(push.sinks().get("night-shift").url()).contains("https://night.example");
        assertThat(push.sinks().get("night-shift").secretFile()).contains("/etc/secret");
        assertThat(push.sinks().get("night-shift").secret()).isEmpty();
        assertThat(push.sinks().get("crm").contentMode()).isEqualTo("binary");
    }

    private static SmallRyeConfig config(Map<String, String> environment) {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withMapping(AccountSettings.class)
                .withMapping(PushSettings.class)
                .withSources(new EnvConfigSource(environment, 300))
                .withSources(new EnvironmentNames(environment))
                .build();
    }

    private static Map<String, AccountSettings.Entry> accounts(Map<String, String> properties, String source) {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withMapping(AccountSettings.class)
                .withSources(new PropertiesConfigSource(properties, source), new EnvConfigSource(ENVIRONMENT, 300))
                .withSources(new EnvironmentNames(ENVIRONMENT))
                .build();
        return config.getConfigMapping(AccountSettings.class).accounts();
    }
}
