package dev.callwatch;

import static io.restassured.RestAssured.given;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.OAuth2Config;
import no.nav.security.mock.oauth2.token.DefaultOAuth2TokenCallback;
import no.nav.security.mock.oauth2.token.OAuth2TokenProvider;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** An authorisation server with a form for signing in, for the tests of a class. The service trusts it as its issuer {@code corp}. */
final class AuthorisationServer implements AfterAllCallback {

    private static final String ISSUER = "corp";
    private static final String AUDIENCE = "callwatch";
    private static final String CLIENT = "callwatch-page";
    private static final Duration AN_HOUR = Duration.ofHours(1);
    private static final boolean WITH_A_FORM = true;

    private final MockOAuth2Server server;

    private AuthorisationServer(MockOAuth2Server server) {
        this.server = server;
    }

    static AuthorisationServer start() {
        MockOAuth2Server server = new MockOAuth2Server(new OAuth2Config(
                WITH_A_FORM, null, null, false, new OAuth2TokenProvider(), Set.of(tokens("", AUDIENCE, AN_HOUR))));
        server.start(InetAddress.getLoopbackAddress(), 0);
        // Its first answers may take longer than the service waits for keys.
        List.of(server.wellKnownUrl(ISSUER), server.jwksUrl(ISSUER))
                .forEach(url -> given().get(url.toString()).then().statusCode(200));
        return new AuthorisationServer(server);
    }

    /** With which the service trusts it and the page signs in there, as environment variables. */
    Map<String, String> settings() {
        return Map.of(
                "CALLWATCH_ACCESS_ISSUERS_CORP_URL",
                issuer(),
                "CALLWATCH_ACCESS_RULES_PEOPLE_ISSUER",
                ISSUER,
                "CALLWATCH_ACCESS_RULES_PEOPLE_ACCOUNTS",
                "sandbox",
                "CALLWATCH_CONSOLE_ISSUER",
                issuer(),
                "CALLWATCH_CONSOLE_CLIENT_ID",
                CLIENT,
                "CALLWATCH_CONSOLE_SCOPE",
                "openid " + AUDIENCE);
    }

    @Override
    public void afterAll(ExtensionContext tests) {
        server.shutdown();
    }

    /** Exactly the {@code iss} of its tokens. */
    String issuer() {
        return server.issuerUrl(ISSUER).toString();
    }

    String token(String subject, Duration lifetime) {
        return token(subject, AUDIENCE, lifetime);
    }

    String token(String subject, String audience, Duration lifetime) {
        return server.issueToken(ISSUER, CLIENT, tokens(subject, audience, lifetime))
                .serialize();
    }

    private static DefaultOAuth2TokenCallback tokens(String subject, String audience, Duration lifetime) {
        return new DefaultOAuth2TokenCallback(
                ISSUER, subject, "JWT", List.of(audience), Map.of("azp", CLIENT), lifetime.toSeconds());
    }
}
