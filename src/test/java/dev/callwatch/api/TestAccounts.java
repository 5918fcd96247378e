package dev.callwatch.api;

import dev.callwatch.vonage.ANotification;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.PropertiesConfigSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Adds an account and a region of its own for each scenario of the tests to the settings. They share nothing, so that a circuit, a
 * retry budget or a token of one scenario is not that of another. WireMock stands for Vonage in most of them, and
 * {@link dev.callwatch.FaultyHost} where it hangs.
 */
public class TestAccounts implements ConfigSourceFactory {

    private static final List<String> NAMES = List.of(
            "a1b2c3d4e5",
            "statuses",
            "retried",
            "renewal",
            "rejected",
            "burst",
            "throttled",
            "batch",
            "paused",
            "paused-to-a-date",
            "paused-unsaid",
            "paused-whole",
            "paused-for-ever",
            "malformed",
            "large",
            "slow",
            "cut",
            "circuit",
            "refused",
            "token-faults",
            "token-throttled",
            "shared",
            "life",
            "listed",
            "notified",
            "fed",
            "secrecy",
            "secrecy-refused");

    private static final int BELOW_APPLICATION_PROPERTIES = 240;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext settings) {
        Map<String, String> accounts = new HashMap<>();
        NAMES.forEach(name -> accounts.putAll(account(name, "http://localhost:${quarkus.wiremock.devservices.port}")));
        HungEndpoint.all()
                .forEach(hung -> accounts.putAll(account(hung.account(), "${test.faulty}/" + hung.account())));
        accounts.put("callwatch.accounts.notified.notifications.signing-key", ANotification.KEY);
        return List.of(new PropertiesConfigSource(accounts, "accounts of the tests", BELOW_APPLICATION_PROPERTIES));
    }

    /** An account that the tests cannot exhaust. */
    private static Map<String, String> account(String name, String vonage) {
        String account = "callwatch.accounts." + name;
        return Map.of(
                "callwatch.regions." + name + ".url", vonage,
                account + ".region", name,
                account + ".client-id", name + "-client",
                account + ".client-secret", "planted-secret",
                account + ".scope", "calls",
                account + ".country", "GB",
                account + ".requests-per-minute", "100000",
                account + ".burst", "100000");
    }
}
