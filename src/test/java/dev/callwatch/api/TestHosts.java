package dev.callwatch.api;

import com.github.tomakehurst.wiremock.WireMockServer;
import dev.callwatch.TestAuthority;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Fake Vonage hosts with TLS: one with a certificate of the authority in the settings, one with a certificate of another authority, a
 * port that leads to the first and then to the second, and hosts that only the proxy knows.
 */
public class TestHosts implements QuarkusTestResourceLifecycleManager {

    static final String GOOD = "test.hosts.good";
    static final String FOREIGN = "test.hosts.foreign";

    private WireMockServer good;
    private WireMockServer foreign;
    private TestProxy proxy;
    private RotatingTls way;

    @Override
    public Map<String, String> start() {
        try {
            TestAuthority authority = new TestAuthority("authority", "localhost", "vonage.test");
            good = authority.server();
            foreign = new TestAuthority("foreign", "localhost", "vonage.test").server();
            proxy = new TestProxy("vonage.test", Map.of(80, good.port(), 443, good.httpsPort()));
            way = new RotatingTls(good.httpsPort(), foreign.httpsPort());
            return settings(authority);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private Map<String, String> settings(TestAuthority authority) {
        Map<String, String> settings = new HashMap<>();
        settings.put("callwatch.vonage.ca", authority.pem().toString());
        settings.put("callwatch.vonage.proxy", "http://localhost:" + proxy.port());
        // The first handshakes of a process take their time.
        settings.put("callwatch.vonage.connect-timeout", "5s");
        settings.put("callwatch.vonage.read-timeout", "5s");
        settings.put("callwatch.lookup.deadline", "4s");
        settings.put(GOOD, Integer.toString(good.port()));
        settings.put(FOREIGN, Integer.toString(foreign.port()));
        Map<String, String> urls = Map.of(
                "trusted", "https://localhost:" + good.httpsPort(),
                "foreign", "https://localhost:" + foreign.httpsPort(),
                "wrong-name", "https://127.0.0.1:" + good.httpsPort(),
                "turning", "https://localhost:" + way.port(),
                "proxied", "https://vonage.test",
                "proxied-http", "http://vonage.test",
                "unknown-to-the-proxy", "https://elsewhere.test");
        urls.forEach((name, url) -> {
            settings.put("callwatch.regions." + name + ".url", url);
            settings.put("callwatch.regions." + name + ".allow-http", Boolean.toString(name.equals("proxied-http")));
            settings.put("callwatch.accounts." + name + ".region", name);
            settings.put("callwatch.accounts." + name + ".client-id", name + "-client");
            settings.put("callwatch.accounts." + name + ".client-secret", "planted-secret");
            settings.put("callwatch.accounts." + name + ".scope", "calls");
        });
        return settings;
    }

    @Override
    public void stop() {
        List.of(good, foreign).forEach(WireMockServer::stop);
        try {
            proxy.close();
            way.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
