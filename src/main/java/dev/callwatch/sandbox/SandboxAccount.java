package dev.callwatch.sandbox;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Adds the account {@code sandbox}, its region and its sinks to the settings while the sandbox is enabled. A setting of the user wins. */
public class SandboxAccount implements ConfigSourceFactory {

    static final String KEY = "sandbox";
    static final String CLIENT_ID = "sandbox";
    static final String CLIENT_SECRET = "sandbox-secret";
    static final String SCOPE = "calls";

    /** 32 bytes in Base64. */
    static final String SIGNING_KEY = "c2FuZGJveC1zaWduaW5nLWtleS1vZi0zMi1ieXRlcyE=";

    private static final int BELOW_EVERY_SETTING = 90;

    /** The words that are true for {@link SandboxSettings#enabled()}: the fake Vonage and its account go together. */
    private static final Set<String> TRUE = Set.of("true", "yes", "y", "on", "1");

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext settings) {
        return isTrue(settings, "callwatch.sandbox.enabled")
                ? List.of(account(
                        value(settings, "callwatch.sandbox.port").orElse(SandboxSettings.DEFAULT_PORT),
                        isTrue(settings, "callwatch.sandbox.notifications")))
                : List.of();
    }

    private static boolean isTrue(ConfigSourceContext settings, String name) {
        return value(settings, name)
                .map(text -> text.toLowerCase(Locale.ROOT))
                .filter(TRUE::contains)
                .isPresent();
    }

    private static ConfigSource account(String port, boolean notifications) {
        Map<String, String> account = new HashMap<>(Map.of(
                "callwatch.regions.sandbox.url",
                "http://127.0.0.1:" + port,
                "callwatch.accounts.sandbox.region",
                "sandbox",
                "callwatch.accounts.sandbox.client-id",
                CLIENT_ID,
                "callwatch.accounts.sandbox.client-secret",
                CLIENT_SECRET,
                "callwatch.accounts.sandbox.scope",
                SCOPE,
                "callwatch.accounts.sandbox.country",
                "GB",
                // So high that the 429s of the scenario BUSY do not slow down the other calls for minutes.
                "callwatch.accounts.sandbox.requests-per-minute",
                "6000"));
        if (notifications) {
            account.put("callwatch.accounts.sandbox.notifications.signing-key", SIGNING_KEY);
        }
        account.putAll(sink("sandbox", port, FakeSink.PATH));
        account.putAll(sink("sandbox-failing", port, FakeSink.FAILING));
        account.putAll(sink("sandbox-gone", port, FakeSink.GONE));
        return new PropertiesConfigSource(account, "callwatch sandbox", BELOW_EVERY_SETTING);
    }

    private static Map<String, String> sink(String name, String port, String path) {
        String prefix = "callwatch.push.sinks." + name + ".";
        return Map.of(
                prefix + "url",
                "http://127.0.0.1:" + port + path,
                prefix + "secret",
                FakeSink.SECRET,
                // What happens to calls of other accounts is none of its business.
                prefix + "accounts",
                KEY);
    }

    private static Optional<String> value(ConfigSourceContext settings, String name) {
        return Optional.ofNullable(settings.getValue(name))
                .map(ConfigValue::getValue)
                .map(String::trim)
                .filter(text -> !text.isEmpty());
    }
}
