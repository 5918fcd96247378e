package dev.callwatch.api;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Optional;

/**
 * What the page has to know before anybody has signed in.
 *
 * @param access {@code oidc} where requests need a token, {@code none} where they do not
 * @param issuer where people sign in, or null
 * @param clientId the client of the page at the issuer, or null
 * @param scope what the page asks the issuer for, or null
 */
@RegisterForReflection
public record ConsoleConfig(String access, Optional<String> issuer, Optional<String> clientId, Optional<String> scope) {

    static ConsoleConfig of(ConsoleOptions options) {
        Optional<ConsoleOptions.SignIn> signIn = options.signIn();
        return new ConsoleConfig(
                options.isOpen() ? "none" : "oidc",
                signIn.map(ConsoleOptions.SignIn::issuer),
                signIn.map(ConsoleOptions.SignIn::clientId),
                signIn.map(ConsoleOptions.SignIn::scope));
    }
}
