package dev.callwatch;

import static io.restassured.RestAssured.given;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.OAuth2Config;
import no.nav.security.mock.oauth2.token.DefaultOAuth2TokenCallback;
import no.nav.security.mock.oauth2.token.OAuth2TokenProvider;

/** An authorisation server with a form for signing in, which the service trusts as its issuer {@code corp}. */
public class AuthorisationServer implements QuarkusTestResourceLifecycleManager {

    private static final String ISSUER = "corp";
    private static final String AUDIENCE = "callwatch";
    private static final String CLIENT = "callwatch-page";
    private static final Duration AN_HOUR = Duration.ofHours(1);
    private static final boolean WITH_A_FORM = true;

    private static MockOAuth2Server server;

    @Override
    public Map<String, String> start() {
        server = new MockOAuth2Server(new OAuth2Config(
                WITH_A_FORM, null, null, false, new OAuth2TokenProvider(), Set.of(tokens("", AUDIENCE, AN_HOUR))));
        server.start(InetAddress.getLoopbackAddress(), 0);
        // Its first answers may take longer than the service waits for keys.
        List.of(server.wellKnownUrl(ISSUER), server.jwksUrl(ISSUER))
                .forEach(url -> given().get(url.toString()).then().statusCode(200));
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
                CLIENT,
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
        return server.issueToken(ISSUER, CLIENT, tokens(subject, audience, lifetime))
                .serialize();
    }

    private static DefaultOAuth2TokenCallback tokens(String subject, String audience, Duration lifetime) {
        return new DefaultOAuth2TokenCallback(
                ISSUER, subject, "JWT", List.of(audience), Map.of("azp", CLIENT), lifetime.toSeconds());
    }
}
