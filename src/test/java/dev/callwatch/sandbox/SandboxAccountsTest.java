package dev.callwatch.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxAccountsTest {

    private static final String URL = "callwatch.regions.sandbox.url";

    @Test
    void the_account_uses_the_port_of_the_fake_vonage() {
        SmallRyeConfig config = config(Map.of("callwatch.sandbox.enabled", "true", "callwatch.sandbox.port", "18090"));
        assertThat(value(config, URL)).isEqualTo("http://127.0.0.1:18090");
        assertThat(value(config, "callwatch.accounts.sandbox.region")).isEqualTo("sandbox");
        assertThat(value(config, "callwatch.accounts.sandbox.client-id")).isEqualTo("sandbox");
        assertThat(value(config, "callwatch.accounts.sandbox.client-secret")).isEqualTo("sandbox-secret");
        assertThat(value(config, "callwatch.accounts.sandbox.scope")).isEqualTo("calls");
        assertThat(value(config, "callwatch.accounts.sandbox.country")).isEqualTo("GB");
    }

    @Test
    void each_account_has_a_region_of_its_own() {
        SmallRyeConfig config = config(Map.of("callwatch.sandbox.enabled", "true"));
        assertThat(SandboxAccounts.ACCOUNTS).hasSizeGreaterThan(5).allSatisfy((name, requestsPerMinute) -> {
            assertThat(value(config, "callwatch.accounts." + name + ".region")).isEqualTo(name);
            assertThat(value(config, "callwatch.regions." + name + ".url")).isEqualTo(value(config, URL));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "TRUE", " true ", "yes", "Y", "on", "1", "false", "no", "off", "0", "t", "maybe"})
    void the_account_exists_exactly_while_the_fake_vonage_runs(String enabled) {
        SmallRyeConfig config = config(Map.of("callwatch.sandbox.enabled", enabled));
        SandboxSettings settings = config.getConfigMapping(SandboxSettings.class);
        assertThat(config.getOptionalValue(URL, String.class).isPresent()).isEqualTo(settings.enabled());
    }

    @Test
    void without_a_port_the_account_and_the_fake_vonage_use_the_same_default() {
        SmallRyeConfig config = config(Map.of("callwatch.sandbox.enabled", "true"));
        assertThat(value(config, URL))
                .isEqualTo("http://127.0.0.1:"
                        + config.getConfigMapping(SandboxSettings.class).port());
    }

    @Test
    void nothing_is_added_while_the_sandbox_is_off() {
        assertThat(config(Map.of()).getOptionalValue(URL, String.class)).isEmpty();
    }

    @Test
    void a_setting_of_the_user_wins() {
        SmallRyeConfig config =
                config(Map.of("callwatch.sandbox.enabled", "true", "callwatch.accounts.sandbox.country", "DE"));
        assertThat(value(config, "callwatch.accounts.sandbox.country")).isEqualTo("DE");
    }

    private static SmallRyeConfig config(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .withMapping(SandboxSettings.class)
                // The ordinal of application.properties, the lowest that a user writes to.
                .withSources(new PropertiesConfigSource(settings, "settings of the user", 250))
                .withSources(new SandboxAccounts())
                .build();
    }

    private static String value(SmallRyeConfig config, String name) {
        return config.getValue(name, String.class);
    }
}
