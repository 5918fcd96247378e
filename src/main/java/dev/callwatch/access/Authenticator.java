package dev.callwatch.access;

import dev.callwatch.time.Timeouts;
import io.netty.util.AttributeMap;
import io.netty.util.DefaultAttributeMap;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Identifies callers by their bearer tokens. */
@Singleton
public class Authenticator {

    /** No request waits longer for the keys of an issuer. */
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final AccessOptions options;
    private final Issuers issuers;
    private final TokenVerifier verifier;
    private final VerifiedTokens verified;
    private final Timeouts timeouts;

    Authenticator(
            AccessOptions options,
            Issuers issuers,
            TokenVerifier verifier,
            VerifiedTokens verified,
            Timeouts timeouts) {
        this.options = options;
        this.issuers = issuers;
        this.verifier = verifier;
        this.verified = verified;
        this.timeouts = timeouts;
    }

    /** Who made a request, where that is known without verifying anything again. */
    public Optional<Caller> known(RoutingContext request) {
        if (options.mode() == AccessOptions.Mode.NONE) {
            return Optional.of(Caller.ANYONE);
        }
        List<String> headers = authorization(request);
        return headers.size() == 1 ? verified.find(connection(request), headers.get(0)) : Optional.empty();
    }

    /**
     * Verifies who made a request.
     *
     * @return the caller; {@link Unauthenticated} where there is no valid token; {@link IssuerUnavailable} where that
     *     cannot be found out within 5 s
     */
    public Uni<Caller> verify(RoutingContext request) {
        List<String> headers = authorization(request);
        return Uni.createFrom().deferred(() -> verified(BearerToken.of(headers), headers.get(0)));
    }

    private static List<String> authorization(RoutingContext request) {
        return request.request().headers().getAll(HttpHeaders.AUTHORIZATION);
    }

    private static AttributeMap connection(RoutingContext request) {
        return request.request().connection() instanceof ConnectionBase known
                ? known.channel()
                : new DefaultAttributeMap();
    }

    private Uni<Caller> verified(BearerToken token, String authorization) {
        IssuerKeys keys = issuers.find(token.issuer()).orElseThrow(() -> Unauthenticated.invalidToken("issuer"));
        Uni<Caller> caller = keys.current()
                .chain(known -> verify(token, authorization, keys, known)
                        .map(found -> Uni.createFrom().item(found))
                        .orElseGet(() -> verifiedWithNewerKeys(token, authorization, keys, known)));
        return timeouts.within(
                LONGEST, caller, () -> new IssuerUnavailable(keys.issuer().name(), RETRY_AFTER));
    }

    private Uni<Caller> verifiedWithNewerKeys(
            BearerToken token, String authorization, IssuerKeys keys, IssuerKeys.Known lacking) {
        return keys.newerThan(lacking)
                .map(newer -> verify(token, authorization, keys, newer)
                        .orElseThrow(() -> Unauthenticated.invalidToken("key")));
    }

    private Optional<Caller> verify(BearerToken token, String authorization, IssuerKeys keys, IssuerKeys.Known known) {
        Optional<Caller> caller = verifier.verify(token, keys.issuer(), known.keys());
        caller.ifPresent(found -> verified.remember(authorization, found, keys, known));
        return caller;
    }
}
