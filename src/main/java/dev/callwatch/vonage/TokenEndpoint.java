package dev.callwatch.vonage;

import dev.callwatch.account.Account;
import dev.callwatch.account.ClientSecret;
import dev.callwatch.call.UpstreamFailure;
import io.quarkus.oidc.client.OidcClient;
import io.quarkus.oidc.client.OidcClientException;
import io.quarkus.oidc.client.OidcClients;
import io.quarkus.oidc.client.Tokens;
import io.quarkus.oidc.client.runtime.OidcClientConfig;
import io.quarkus.oidc.common.runtime.config.OidcClientCommonConfig.Credentials.Secret.Method;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The token endpoint of an account's region, asked with the account's credentials (OAuth 2.0 client credentials grant,
 * RFC 6749, section 4.4).
 */
final class TokenEndpoint {

    private static final Logger LOG = Logger.getLogger(TokenEndpoint.class);

    /** The shortest lifetime that Vonage's documents name, for an answer that names none. */
    private static final Duration LIFETIME_UNSAID = Duration.ofSeconds(900);

    private static final long LONGEST_LIFETIME_SECONDS = Duration.ofDays(1).toSeconds();

    private record Opened(String secret, OidcClient client) {}

    private final Account account;
    private final VonageOptions options;
    private final Connections connections;
    private final OidcClients clients;
    private final Vertx vertx;
    private final Clock clock;

    private volatile Optional<Opened> opened = Optional.empty();

    TokenEndpoint(
            Account account,
            VonageOptions options,
            Connections connections,
            OidcClients clients,
            Vertx vertx,
            Clock clock) {
        this.account = account;
        this.options = options;
        this.connections = connections;
        this.clients = clients;
        this.vertx = vertx;
        this.clock = clock;
    }

    /**
     * Asks for a token. One request at a time: the caller sees to that.
     *
     * @return the token, or an {@link UpstreamFailure}
     */
    Uni<Token> fetch() {
        return secret().chain(this::client)
                .chain(OidcClient::getTokens)
                .map(this::token)
                .onFailure()
                .transform(TokenEndpoint::failure);
    }

    void close() {
        opened.ifPresent(this::close);
    }

    private Uni<String> secret() {
        if (account.clientSecret() instanceof ClientSecret.Mounted mounted) {
            return Uni.createFrom()
                    .completionStage(() -> vertx.fileSystem()
                            .readFile(mounted.path().toString())
                            .toCompletionStage())
                    .map(content -> content.toString().trim())
                    .onFailure()
                    .transform(unreadable -> new UpstreamFailure.CredentialsRejected(
                            "The file with the account's client secret cannot be read."));
        }
        return Uni.createFrom().item(((ClientSecret.Fixed) account.clientSecret()).value());
    }

    private Uni<OidcClient> client(String secret) {
        Optional<Opened> fitting = opened.filter(known -> known.secret().equals(secret));
        if (fitting.isPresent()) {
            return Uni.createFrom().item(fitting.get().client());
        }
        return clients.newClient(config(secret)).invoke(client -> {
            Optional<Opened> rotated = opened;
            opened = Optional.of(new Opened(secret, client));
            rotated.ifPresent(this::close);
        });
    }

    private OidcClientConfig config(String secret) {
        Method method = options.clientAuth() == VonageOptions.ClientAuth.BASIC ? Method.BASIC : Method.POST;
        return connections
                .tokens(account.region())
                .id("vonage-" + account.key())
                .clientId(account.clientId())
                .credentials()
                .clientSecret(secret, method)
                .end()
                .scopes(account.scope().split(" +"))
                .build();
    }

    private Token token(Tokens tokens) {
        if (tokens.getAccessToken() == null || tokens.getAccessToken().isBlank()) {
            throw new UpstreamFailure.Malformed("Vonage answered a token request without a token.");
        }
        return Token.issued(tokens.getAccessToken(), clock.instant(), lifetime(tokens.get("expires_in")));
    }

    private static Duration lifetime(String expiresIn) {
        return Optional.ofNullable(expiresIn)
                .map(text -> new BigDecimal(text.trim()).longValue())
                .map(seconds -> Duration.ofSeconds(Math.min(seconds, LONGEST_LIFETIME_SECONDS)))
                .orElse(LIFETIME_UNSAID);
    }

    private static UpstreamFailure failure(Throwable failure) {
        if (failure instanceof UpstreamFailure known) {
            return known;
        }
        // The message of an OidcClientException may be an upstream body, so only its type is told.
        LOG.debugf("token request failed: %s", failure.getClass().getName());
        return failure instanceof OidcClientException
                ? new UpstreamFailure.Unreachable()
                : new UpstreamFailure.Malformed("Vonage answered a token request with something that is not a token.");
    }

    private void close(Opened client) {
        try {
            client.client().close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
