package dev.callwatch.account;

import dev.callwatch.settings.ConfigErrors;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/** An account for tests that do not care which. */
public final class AnAccount {

    private AnAccount() {}

    /** With the budget that is the default of the settings. */
    public static Account usual() {
        return of(new Allowance(160, 100));
    }

    public static Account of(Allowance allowance) {
        return new Account(
                new AccountKey("a"),
                new Region("emea", URI.create("https://emea.example")),
                "client",
                new ClientSecret.Fixed("secret"),
                "scope",
                Optional.empty(),
                allowance);
    }

    /** All accounts there are: the one. */
    public static Accounts only() {
        AccountSettings settings = settings(
                AccountSettings.class,
                Map.of(
                        "callwatch.accounts.a.region", "emea",
                        "callwatch.accounts.a.client-id", "client",
                        "callwatch.accounts.a.client-secret", "secret",
                        "callwatch.accounts.a.scope", "scope"));
        return new Accounts(settings, settings(RegionSettings.class, Map.of()), new ConfigErrors());
    }

    private static <T> T settings(Class<T> mapping, Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withMapping(mapping)
                .withSources(new PropertiesConfigSource(values, "test", 100))
                .build()
                .getConfigMapping(mapping);
    }
}
