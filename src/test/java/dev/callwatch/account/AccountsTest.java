package dev.callwatch.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.callwatch.settings.ConfigErrors;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccountsTest {

    private final ConfigErrors errors = new ConfigErrors();
    private final Map<String, String> settings = new HashMap<>();

    @Test
    void a_full_account_is_read() {
        account("main", "key", "a1b2c3d4e5");
        settings.put("callwatch.accounts.main.country", "gb");

        Account account = accounts().find(new AccountKey("a1b2c3d4e5")).orElseThrow();

        assertThat(account.region().url()).isEqualTo(URI.create("https://emea.cc.vonage.com"));
        assertThat(account.country()).contains("GB");
        assertThat(account.allowance()).isEqualTo(new Allowance(160, 100));
        assertThat(account.clientSecret()).isEqualTo(new ClientSecret.Fixed("s3cret"));
        errors.throwIfAny();
    }

    @Test
    void the_key_is_the_name_by_default() {
        account("a1b2c3d4e5");
        assertThat(accounts().find(new AccountKey("a1b2c3d4e5"))).isPresent();
        assertThat(accounts().find(new AccountKey("other"))).isEmpty();
    }

    @Test
    void a_region_can_be_added_and_a_documented_one_replaced() {
        account("a");
        account("b", "region", "lab");
        settings.put("callwatch.regions.emea.url", "https://gateway.example/emea/");
        settings.put("callwatch.regions.lab.url", "http://127.0.0.1:8090");

        Accounts accounts = accounts();

        errors.throwIfAny();
        assertThat(accounts.find(new AccountKey("a")).orElseThrow().region().url())
                .isEqualTo(URI.create("https://gateway.example/emea"));
        assertThat(accounts.find(new AccountKey("b")).orElseThrow().region().url())
                .isEqualTo(URI.create("http://127.0.0.1:8090"));
    }

    @Test
    void one_message_names_every_error_by_its_full_key() {
        account("a");
        account("b", "key", "a", "client-secret", "");
        account("c", "region", "moon", "scope", " ", "country", "XX", "requests-per-minute", "many", "burst", "0");
        account("d.e", "client-secret-file", "/no/such/file");
        account("f", "client-secret", "", "client-secret-file", "/no/such/file");
        settings.put("callwatch.regions.lab.url", "http://lab.example");
        settings.remove("callwatch.accounts.a.client-id");

        accounts();

        assertThatThrownBy(errors::throwIfAny)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("callwatch.accounts.a.client-id is missing")
                .hasMessageContaining("callwatch.accounts.b.client-secret is missing")
                .hasMessageContaining("callwatch.accounts.b.key is a, which callwatch.accounts.a has already")
                .hasMessageContaining("callwatch.accounts.c.region is moon, which is none of apac, emea, lab, nam")
                .hasMessageContaining("callwatch.accounts.c.scope is missing")
                .hasMessageContaining("callwatch.accounts.c.country must be")
                .hasMessageContaining("callwatch.accounts.c.requests-per-minute must be")
                .hasMessageContaining("callwatch.accounts.c.burst must be")
                .hasMessageContaining("callwatch.accounts.f.client-secret-file names a file that cannot be read")
                .hasMessageContaining("callwatch.regions.lab.url must be an https URL")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void no_account_at_all_is_an_error() {
        accounts();
        assertThatThrownBy(errors::throwIfAny).hasMessageContaining("configure at least one account");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://vonage.example",
                "ftp://127.0.0.1",
                "https://",
                "emea.cc.vonage.com",
                "https://user:pass@vonage.example",
                "https://vonage.example?x=1",
                "https://vonage.example#x",
                "https://vonage .example",
                "http://127.0.0.1.evil.example"
            })
    void a_region_url_is_https_or_loopback_and_nothing_else(String url) {
        account("a");
        settings.put("callwatch.regions.emea.url", url);
        accounts();
        assertThatThrownBy(errors::throwIfAny)
                .hasMessageContaining("callwatch.regions.emea.url must be")
                .hasMessageNotContaining("pass");
    }

    @Test
    void http_on_other_addresses_has_to_be_allowed_for_the_region() {
        account("a", "region", "lab");
        settings.put("callwatch.regions.lab.url", "http://lab.example");
        settings.put("callwatch.regions.lab.allow-http", "true");

        Region lab = accounts().find(new AccountKey("a")).orElseThrow().region();

        errors.throwIfAny();
        assertThat(lab.url()).isEqualTo(URI.create("http://lab.example"));
        assertThat(lab.isLoopback()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://lab.example", "http://user:pass@lab.example", "http:///", "lab.example"})
    void allowing_http_allows_nothing_else(String url) {
        account("a", "region", "lab");
        settings.put("callwatch.regions.lab.url", url);
        settings.put("callwatch.regions.lab.allow-http", "TRUE");
        accounts();
        assertThatThrownBy(errors::throwIfAny).hasMessageContaining("callwatch.regions.lab.url must be");
    }

    @Test
    void allow_http_is_true_or_false() {
        account("a");
        settings.put("callwatch.regions.emea.url", "http://127.0.0.1");
        settings.put("callwatch.regions.emea.allow-http", "perhaps");
        accounts();
        assertThatThrownBy(errors::throwIfAny)
                .hasMessageContaining("callwatch.regions.emea.allow-http must be true or false, but is perhaps");
    }

    @Test
    void a_mounted_secret_is_read_later() {
        account("a", "client-secret", "", "client-secret-file", "pom.xml");
        assertThat(accounts().find(new AccountKey("a")).orElseThrow().clientSecret())
                .isEqualTo(new ClientSecret.Mounted(Path.of("pom.xml")));
        errors.throwIfAny();
    }

    @Test
    void the_text_form_of_an_account_has_no_secret() {
        account("a");
        assertThat(accounts().all().toString()).doesNotContain("s3cret");
    }

    private void account(String name, String... settingsAndValues) {
        String prefix = "callwatch.accounts." + (name.contains(".") ? '"' + name + '"' : name) + ".";
        settings.put(prefix + "region", "emea");
        settings.put(prefix + "client-id", "client");
        settings.put(prefix + "client-secret", "s3cret");
        settings.put(prefix + "scope", "calls");
        for (int i = 0; i < settingsAndValues.length; i += 2) {
            settings.put(prefix + settingsAndValues[i], settingsAndValues[i + 1]);
        }
    }

    private Accounts accounts() {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withMapping(AccountSettings.class)
                .withMapping(RegionSettings.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build();
        return new Accounts(
                config.getConfigMapping(AccountSettings.class), config.getConfigMapping(RegionSettings.class), errors);
    }
}
