package dev.callwatch.vonage;

import dev.callwatch.account.Account;
import dev.callwatch.account.ClientSecret;
import dev.callwatch.call.UpstreamFailure;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;

/** Asks the token endpoint of a region with the credentials of one account. */
final class TokenClient {

    private static final byte[] NO_BODY = {};

    private final Account account;
    private final TokenEndpoint endpoint;
    private final VonageOptions.ClientAuth clientAuth;
    private final Vertx vertx;
    private final Clock clock;

    TokenClient(
            Account account, TokenEndpoint endpoint, VonageOptions.ClientAuth clientAuth, Vertx vertx, Clock clock) {
        this.account = account;
        this.endpoint = endpoint;
        this.clientAuth = clientAuth;
        this.vertx = vertx;
        this.clock = clock;
    }

    /**
     * Asks for a token, once.
     *
     * @return the token, or an {@link UpstreamFailure}
     */
    Uni<Token> fetch() {
        return secret().chain(this::request)
                .onItem()
                .ifNull()
                .continueWith(NO_BODY)
                .map(body -> TokenAnswer.read(body, clock.instant()))
                .onFailure()
                .transform(UpstreamFailures::of);
    }

    /** A mounted secret is read again each time, so that a rotated one is used. */
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

    private Uni<byte[]> request(String secret) {
        MultivaluedMap<String, String> form = new MultivaluedHashMap<>();
        form.putSingle("grant_type", "client_credentials");
        form.putSingle("scope", account.scope());
        if (clientAuth == VonageOptions.ClientAuth.BASIC) {
            return endpoint.token(basic(account.clientId(), secret), form);
        }
        form.putSingle("client_id", account.clientId());
        form.putSingle("client_secret", secret);
        return endpoint.token(form);
    }

    private static String basic(String clientId, String secret) {
        byte[] credentials = (clientId + ":" + secret).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(credentials);
    }
}
