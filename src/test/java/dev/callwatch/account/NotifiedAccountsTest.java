package dev.callwatch.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.callwatch.settings.ConfigErrors;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NotifiedAccountsTest {

    private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);

    private final ConfigErrors errors = new ConfigErrors();
    private final Map<String, String> settings = new HashMap<>();

    @Test
    void an_account_with_a_signing_key_is_found_by_its_name() {
        account("main", "key", "a1b2c3d4e5", "notifications.signing-key", " " + KEY + "\n");
        account("quiet");
        NotifiedAccounts accounts = accounts();
        errors.throwIfAny();
        NotifiedAccount main = accounts.find("main").orElseThrow();
        assertThat(main.account().key()).isEqualTo(new AccountKey("a1b2c3d4e5"));
        assertThat(((SigningKey.Fixed) main.key()).bytes()).hasSize(32);
        assertThat(main.toString()).doesNotContain("AAAA").contains("***");
        assertThat(main.follow()).isFalse();
        assertThat(accounts.find("a1b2c3d4e5")).isEmpty();
        assertThat(accounts.find("quiet")).isEmpty();
    }

    @Test
    void a_key_in_a_file_is_mounted() {
        account("main", "notifications.signing-key-file", "pom.xml");
        NotifiedAccounts accounts = accounts();
        errors.throwIfAny();
        assertThat(accounts.find("main").orElseThrow().key()).isEqualTo(new SigningKey.Mounted(Path.of("pom.xml")));
    }

    @Test
    void every_error_is_named_and_no_key() {
        String secret = Base64.getEncoder().encodeToString("planted".getBytes());
        account("a", "notifications.signing-key", "not base64, planted");
        account("b", "notifications.signing-key", secret);
        account("c", "notifications.signing-key", KEY, "notifications.signing-key-file", "pom.xml");
        account("d", "notifications.signing-key-file", "/no/such/file");
        account("e", "notifications.follow", "true");
        account("f", "notifications.follow", "perhaps");
        accounts();
        assertThatThrownBy(errors::throwIfAny)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(
                        "callwatch.accounts.a.notifications.signing-key must be Base64 of at least 32 bytes")
                .hasMessageContaining(
                        "callwatch.accounts.b.notifications.signing-key must be Base64 of at least 32 bytes")
                .hasMessageContaining(
                        "callwatch.accounts.c.notifications.signing-key and signing-key-file are both set")
                .hasMessageContaining("callwatch.accounts.d.notifications.signing-key-file names a file that")
                .hasMessageContaining("callwatch.accounts.e.notifications.signing-key is missing")
                .hasMessageContaining("callwatch.accounts.f.notifications.follow must be true or false")
                .hasMessageNotContaining("planted")
                .hasMessageNotContaining(secret);
    }

    private void account(String name, String... more) {
        String prefix = "callwatch.accounts." + name + ".";
        settings.put(prefix + "region", "emea");
        settings.put(prefix + "client-id", "client");
        settings.put(prefix + "client-secret", "s3cret");
        settings.put(prefix + "scope", "scope");
        for (int i = 0; i < more.length; i += 2) {
            settings.put(prefix + more[i], more[i + 1]);
        }
    }

    private NotifiedAccounts accounts() {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withMapping(AccountSettings.class)
                .withMapping(RegionSettings.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build();
        AccountSettings accountSettings = config.getConfigMapping(AccountSettings.class);
        Accounts accounts = new Accounts(accountSettings, config.getConfigMapping(RegionSettings.class), errors);
        return new NotifiedAccounts(accountSettings, accounts, errors);
    }
}
