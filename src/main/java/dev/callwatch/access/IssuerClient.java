package dev.callwatch.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.callwatch.outbound.BodyTooLarge;
import dev.callwatch.outbound.OutboundClients;
import dev.callwatch.settings.LoopbackAddress;
import dev.callwatch.time.Timeouts;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.eclipse.microprofile.rest.client.ext.ResponseExceptionMapper;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.lang.JoseException;

/**
 * Reads the keys of one issuer. The token for the issuer itself goes to the addresses in the settings only, and nowhere that
 * a discovery document may point to.
 */
final class IssuerClient {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(2);

    /** Of a single request, its whole answer included. */
    private static final Duration REQUEST_TIMEOUT = CONNECT_TIMEOUT.plus(READ_TIMEOUT);

    private static final String DISCOVERY = "/.well-known/openid-configuration";
    private static final ObjectReader JSON = JsonMapper.builder().build().reader();

    private final Issuer issuer;
    private final Vertx vertx;
    private final Timeouts timeouts;
    private final IssuerEndpoint endpoint;

    IssuerClient(Issuer issuer, Vertx vertx, Timeouts timeouts) {
        this.issuer = issuer;
        this.vertx = vertx;
        this.timeouts = timeouts;
        this.endpoint = OutboundClients.builder(
                        URI.create(issuer.url()),
                        new OutboundClients.Options(issuer.ca(), Optional.empty(), CONNECT_TIMEOUT, READ_TIMEOUT))
                .register(new RefusalMapper())
                .build(IssuerEndpoint.class);
    }

    /**
     * Reads the keys, once: one request, or two where the discovery document says where they are.
     *
     * @return all keys of a kind that is known, or {@link KeysUnreadable} within 6 s
     */
    Uni<List<JsonWebKey>> keys() {
        return issuer.jwksUrl()
                .map(address -> Uni.createFrom().item(address))
                .orElseGet(this::discovered)
                .chain(this::get)
                .map(IssuerClient::keys)
                .onFailure()
                .transform(IssuerClient::unreadable);
    }

    private Uni<URI> discovered() {
        String base = issuer.url().endsWith("/")
                ? issuer.url().substring(0, issuer.url().length() - 1)
                : issuer.url();
        return get(URI.create(base + DISCOVERY)).map(IssuerClient::keysAddress);
    }

    private Uni<byte[]> get(URI address) {
        Uni<byte[]> request = issuer.tokenFile()
                .filter(file -> issuer.owns(address))
                .map(file -> token(file).chain(token -> endpoint.get(address, "Bearer " + token)))
                .orElseGet(() -> endpoint.get(address));
        return timeouts.within(
                REQUEST_TIMEOUT,
                request,
                () -> new KeysUnreadable("it did not answer " + address.getPath() + " in time"));
    }

    private Uni<String> token(Path file) {
        return Uni.createFrom()
                .completionStage(
                        () -> vertx.fileSystem().readFile(file.toString()).toCompletionStage())
                .map(content -> content.toString().strip())
                .onFailure()
                .transform(failure -> new KeysUnreadable("the file with the token for it cannot be read"));
    }

    private static URI keysAddress(byte[] discovery) {
        try {
            JsonNode document = JSON.readTree(discovery);
            URI address = URI.create(document.path("jwks_uri").asText());
            boolean encrypted = "https".equalsIgnoreCase(address.getScheme()) && address.getHost() != null;
            boolean local = "http".equalsIgnoreCase(address.getScheme())
                    && address.getHost() != null
                    && LoopbackAddress.isHostOf(address);
            if (encrypted || local) {
                return address;
            }
        } catch (IOException | IllegalArgumentException malformed) {
            // Refused below, like a value of the wrong kind.
        }
        throw new KeysUnreadable("its discovery document has no https address of its keys");
    }

    private static List<JsonWebKey> keys(byte[] document) {
        try {
            return new JsonWebKeySet(new String(document, StandardCharsets.UTF_8)).getJsonWebKeys();
        } catch (JoseException | ClassCastException malformed) {
            throw new KeysUnreadable("it answered something that is not a set of keys");
        }
    }

    private static KeysUnreadable unreadable(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .map(IssuerClient::named)
                .flatMap(Optional::stream)
                .findFirst()
                .orElseGet(() -> new KeysUnreadable(
                        "it failed with " + failure.getClass().getSimpleName()));
    }

    private static Optional<KeysUnreadable> named(Throwable cause) {
        if (cause instanceof KeysUnreadable named) {
            return Optional.of(named);
        }
        if (cause instanceof BodyTooLarge) {
            return Optional.of(new KeysUnreadable("it answered more than 1 MiB"));
        }
        if (cause instanceof TimeoutException) {
            return Optional.of(new KeysUnreadable("it did not answer in time"));
        }
        return cause instanceof IOException ? Optional.of(new KeysUnreadable(cause.toString())) : Optional.empty();
    }

    /** Redirects are refusals too. */
    private static final class RefusalMapper implements ResponseExceptionMapper<KeysUnreadable> {

        @Override
        public boolean handles(int status, MultivaluedMap<String, Object> headers) {
            // The REST client asks with status 0 where the connection failed.
            return status != 200 && status != 0;
        }

        @Override
        public KeysUnreadable toThrowable(Response response) {
            return new KeysUnreadable("it answered " + response.getStatus());
        }
    }
}
