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

/**
 * Adds the accounts and sinks of the sandbox to the settings while it is enabled. Each has a region of its own, so that the faults of one
 * open no circuit and use up no budget of another. A setting of the user wins.
 */
public class SandboxAccounts implements ConfigSourceFactory {

    static final String CLIENT_ID = "sandbox";
    static final String CLIENT_SECRET = "sandbox-secret";
    static final String SCOPE = "calls";

    static final String KEY = "sandbox";

    /** 32 bytes in Base64. */
    static final String SIGNING_KEY = "c2FuZGJveC1zaWduaW5nLWtleS1vZi0zMi1ieXRlcyE=";

    /** So high that the 429s of the scenario BUSY do not slow an account down for minutes. */
    private static final int AMPLE = 6_000;

    /** The requests a minute of each account. */
    static final Map<String, Integer> ACCOUNTS = Map.of(
            "sandbox", AMPLE,
            "sandbox-busy", AMPLE,
            "sandbox-slow", AMPLE,
            "sandbox-flaky", AMPLE,
            "sandbox-cut", AMPLE,
            "sandbox-error", AMPLE,
            "sandbox-down", AMPLE,
            "sandbox-small", 1);

    private static final int MOST_AT_ONCE = 100;
    private static final int BELOW_EVERY_SETTING = 90;

    /** The words that are true for {@link SandboxSettings#enabled()}: the fake Vonage and its accounts go together. */
    private static final Set<String> TRUE = Set.of("true", "yes", "y", "on", "1");

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext settings) {
        return isTrue(settings, "callwatch.sandbox.enabled")
                ? List.of(accounts(
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

    private static ConfigSource accounts(String port, boolean notifications) {
        Map<String, String> accounts = new HashMap<>();
        ACCOUNTS.forEach((name, requestsPerMinute) -> {
            String account = "callwatch.accounts." + name + ".";
            accounts.put("callwatch.regions." + name + ".url", "http://127.0.0.1:" + port);
            accounts.put(account + "region", name);
            accounts.put(account + "client-id", CLIENT_ID);
            accounts.put(account + "client-secret", CLIENT_SECRET);
            accounts.put(account + "scope", SCOPE);
            accounts.put(account + "country", "GB");
            accounts.put(account + "requests-per-minute", Integer.toString(requestsPerMinute));
            accounts.put(account + "burst", Integer.toString(Math.min(requestsPerMinute, MOST_AT_ONCE)));
        });
        if (notifications) {
            accounts.put("callwatch.accounts.sandbox.notifications.signing-key", SIGNING_KEY);
        }
        accounts.putAll(sink("sandbox", port, FakeSink.PATH));
        accounts.putAll(sink("sandbox-failing", port, FakeSink.FAILING));
        accounts.putAll(sink("sandbox-gone", port, FakeSink.GONE));
        return new PropertiesConfigSource(accounts, "callwatch sandbox", BELOW_EVERY_SETTING);
    }

    private static Map<String, String> sink(String name, String port, String path) {
        String prefix = "callwatch.push.sinks." + name + ".";
        return Map.of(
                prefix + "url",
                "http://127.0.0.1:" + port + path,
                prefix + "secret",
                FakeSink.SECRET,
                // It gets events of the sandbox account only.
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
