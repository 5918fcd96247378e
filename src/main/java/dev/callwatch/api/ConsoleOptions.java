package dev.callwatch.api;

import dev.callwatch.access.AccessOptions;
import dev.callwatch.settings.ConfigErrors;
import dev.callwatch.settings.SettingParser;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/** {@link ConsoleSettings}, checked. */
@Singleton
public class ConsoleOptions {

    private static final Logger LOG = Logger.getLogger(ConsoleOptions.class);
    private static final String PREFIX = "callwatch.console.";
    private static final String ISSUER = PREFIX + "issuer";
    private static final String CLIENT_ID = PREFIX + "client-id";
    private static final String SCOPE = PREFIX + "scope";
    private static final String DEFAULT_SCOPE = "openid";

    /** RFC 6749, appendix A.1 and A.4. */
    private static final Pattern CLIENT = Pattern.compile("[\\x20-\\x7e]+");

    private static final Pattern SCOPES =
            Pattern.compile("[\\x21\\x23-\\x5b\\x5d-\\x7e]+( [\\x21\\x23-\\x5b\\x5d-\\x7e]+)*");

    /**
     * Where people sign in.
     *
     * @param issuer exactly the {@code iss} of the tokens
     * @param clientId the public client of the page
     * @param scope separated by spaces
     */
    record SignIn(String issuer, String clientId, String scope) {

        /** The scheme, host and port of the issuer, as a policy for a page names them. */
        String origin() {
            URI url = URI.create(issuer);
            return url.getScheme() + "://" + url.getRawAuthority();
        }
    }

    private final ConfigErrors errors;
    private final SettingParser parser;
    private final boolean open;
    private final Optional<SignIn> signIn;

    /** Reads the settings; what is wrong with them is noted in {@code errors}. */
    public ConsoleOptions(ConsoleSettings settings, AccessOptions access, ConfigErrors errors) {
        this.errors = errors;
        this.parser = new SettingParser(errors);
        this.open = access.isOpen();
        this.signIn = signIn(settings, access);
    }

    /** Whether the interface is read without a token. */
    boolean isOpen() {
        return open;
    }

    /** Where people sign in; empty where the page has to ask for a token, or needs none. */
    Optional<SignIn> signIn() {
        return signIn;
    }

    private Optional<SignIn> signIn(ConsoleSettings settings, AccessOptions access) {
        if (settings.issuer().isEmpty()
                && settings.clientId().isEmpty()
                && settings.scope().isEmpty()) {
            return Optional.empty();
        }
        Optional<String> issuer = parser.required(ISSUER, settings.issuer())
                .filter(text ->
                        parser.url(ISSUER, text, false, "on a loopback address").isPresent());
        Optional<String> clientId = parser.required(CLIENT_ID, settings.clientId())
                .filter(text -> matches(CLIENT_ID, text, CLIENT, "must be printable ASCII characters"));
        Optional<String> scope = Optional.of(settings.scope().map(String::trim).orElse(DEFAULT_SCOPE))
                .filter(text -> matches(SCOPE, text, SCOPES, "must be scopes (RFC 6749), separated by one space"));
        if (access.isOpen()) {
            LOG.warnf("%s has no effect: callwatch.access.mode is none, so that the page needs no token", ISSUER);
            return Optional.empty();
        }
        issuer.filter(text -> !access.trusts(text))
                .ifPresent(text -> errors.add(
                        ISSUER,
                        "is " + text + ", which is no callwatch.access.issuers.<name>.url: its tokens are refused"));
        return issuer.flatMap(url -> clientId.flatMap(client -> scope.map(scopes -> new SignIn(url, client, scopes))));
    }

    private boolean matches(String key, String text, Pattern form, String why) {
        boolean matches = form.matcher(text).matches();
        if (!matches) {
            errors.add(key, why);
        }
        return matches;
    }
}
