package dev.callwatch.api;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** How people sign in to the page (OpenID Connect Core 1.0, authorization code flow). Values are checked by {@link ConsoleOptions}. */
@ConfigMapping(prefix = "callwatch.console")
public interface ConsoleSettings {

    /** The URL of one of the issuers of {@code callwatch.access.issuers}; without it the page asks for a token. */
    Optional<String> issuer();

    /** The public client of the page at the issuer; required with an issuer. */
    Optional<String> clientId();

    /** The scopes to ask for, separated by spaces; {@code openid} where it is absent. */
    Optional<String> scope();
}
