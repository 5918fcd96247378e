package dev.callwatch.vonage;

import dev.callwatch.outbound.ForwardProxy;
import dev.callwatch.settings.ConfigErrors;
import dev.callwatch.settings.SettingParser;
import jakarta.inject.Singleton;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** {@link VonageSettings}, checked. */
@Singleton
public class VonageOptions {

    private static final String PREFIX = "callwatch.vonage.";
    private static final Duration LEAST = Duration.ofMillis(10);
    private static final Duration MOST = Duration.ofMinutes(1);

    enum ClientAuth {
        POST,
        BASIC
    }

    private final String accept;
    private final ClientAuth clientAuth;
    private final Duration connectTimeout;
    private final Duration readTimeout;
    private final List<X509Certificate> ca;
    private final Optional<ForwardProxy> proxy;

    /** Reads the settings; what is wrong with them is noted in {@code errors}. */
    public VonageOptions(VonageSettings settings, ConfigErrors errors) {
        SettingParser parser = new SettingParser(errors);
        this.accept = accept(settings.accept(), errors);
        this.clientAuth = clientAuth(settings.clientAuth(), errors);
        this.connectTimeout = parser.duration(PREFIX + "connect-timeout", settings.connectTimeout(), LEAST, MOST);
        this.readTimeout = parser.duration(PREFIX + "read-timeout", settings.readTimeout(), LEAST, MOST);
        this.ca = settings.ca()
                .map(file -> parser.certificates(PREFIX + "ca", file))
                .orElse(List.of());
        this.proxy = settings.proxy().flatMap(text -> proxy(text, errors));
    }

    String accept() {
        return accept;
    }

    ClientAuth clientAuth() {
        return clientAuth;
    }

    Duration connectTimeout() {
        return connectTimeout;
    }

    Duration readTimeout() {
        return readTimeout;
    }

    /** The authorities to trust; the platform's where there are none. */
    List<X509Certificate> ca() {
        return ca;
    }

    Optional<ForwardProxy> proxy() {
        return proxy;
    }

    /** The longest a single request can take. */
    Duration requestTimeout() {
        return connectTimeout.plus(readTimeout);
    }

    private static String accept(String text, ConfigErrors errors) {
        if (text.isBlank() || !text.chars().allMatch(c -> c >= ' ' && c < 127)) {
            errors.add(PREFIX + "accept", "must be the value of an Accept header in visible ASCII");
        }
        return text;
    }

    private static Optional<ForwardProxy> proxy(String text, ConfigErrors errors) {
        Optional<ForwardProxy> proxy = ForwardProxy.parse(text);
        if (proxy.isEmpty()) {
            // The text itself might hold a password.
            errors.add(PREFIX + "proxy", "must be http://host:port, without a user and a path");
        }
        return proxy;
    }

    private static ClientAuth clientAuth(String text, ConfigErrors errors) {
        return switch (text.trim().toLowerCase(Locale.ROOT)) {
            case "post" -> ClientAuth.POST;
            case "basic" -> ClientAuth.BASIC;
            default -> {
                errors.add(PREFIX + "client-auth", "must be post or basic, but is " + text);
                yield ClientAuth.POST;
            }
        };
    }
}
