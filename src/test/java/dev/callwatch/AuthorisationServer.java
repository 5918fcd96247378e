package dev.callwatch;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.OAuth2Config;
import no.nav.security.mock.oauth2.token.DefaultOAuth2TokenCallback;

/** An authorisation server with a form for signing in, which the service trusts as its issuer {@code corp}. */
public class AuthorisationServer implements QuarkusTestResourceLifecycleManager {

    private static final String ISSUER = "corp";
    private static final String AUDIENCE = "callwatch";
    private static final boolean WITH_A_FORM = true;

    private static MockOAuth2Server server;

    @Override
    public Map<String, String> start() {
        server = new MockOAuth2Server(new OAuth2Config(WITH_A_FORM));
        server.start(InetAddress.getLoopbackAddress(), 0);
        return Map.of(
                "callwatch.access.issuers.corp.url",
                issuer(),
                "callwatch.access.rules.people.issuer",
                ISSUER,
                "callwatch.access.rules.people.accounts",
                "sandbox",
                "callwatch.console.issuer",
                issuer(),
                "callwatch.console.client-id",
                "callwatch-page",
                "callwatch.console.scope",
                "openid " + AUDIENCE);
    }

    @Override
    public void stop() {
        server.shutdown();
    }

    /** Exactly the {@code iss} of its tokens. */
    static String issuer() {
        return server.issuerUrl(ISSUER).toString();
    }

    static String token(String subject, Duration lifetime) {
        return token(subject, AUDIENCE, lifetime);
    }

    static String token(String subject, String audience, Duration lifetime) {
        return server.issueToken(
                        ISSUER,
                        "tests",
                        new DefaultOAuth2TokenCallback(
                                ISSUER, subject, "JWT", List.of(audience), Map.of(), lifetime.toSeconds()))
                .serialize();
    }
}
