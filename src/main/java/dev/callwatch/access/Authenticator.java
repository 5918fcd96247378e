package dev.callwatch.access;

import dev.callwatch.time.Timeouts;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Duration;

/** Identifies callers by their bearer tokens. */
@Singleton
public class Authenticator {

    /** No request waits longer for the keys of an issuer. */
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final AccessOptions options;
    private final Issuers issuers;
    private final TokenVerifier verifier;
    private final Timeouts timeouts;

    Authenticator(AccessOptions options, Issuers issuers, TokenVerifier verifier, Timeouts timeouts) {
        this.options = options;
        this.issuers = issuers;
        this.verifier = verifier;
        this.timeouts = timeouts;
    }

    /**
     * Identifies who made a request.
     *
     * @return the caller; {@link Unauthenticated} where there is no valid token; {@link IssuerUnavailable} where that
     *     cannot be found out within 5 s
     */
    public Uni<Caller> identify(RoutingContext request) {
        if (options.mode() == AccessOptions.Mode.NONE) {
            return Uni.createFrom().item(Caller.ANYONE);
        }
        return Uni.createFrom().deferred(() -> verified(BearerToken.of(request)));
    }

    private Uni<Caller> verified(BearerToken token) {
        IssuerKeys keys = issuers.find(token.issuer()).orElseThrow(() -> Unauthenticated.invalidToken("issuer"));
        Uni<Caller> caller = keys.current()
                .chain(known -> verifier.verify(token, keys.issuer(), known.keys())
                        .map(verified -> Uni.createFrom().item(verified))
                        .orElseGet(() -> verifiedWithNewerKeys(token, keys, known)));
        return timeouts.within(
                LONGEST, caller, () -> new IssuerUnavailable(keys.issuer().name(), RETRY_AFTER));
    }

    private Uni<Caller> verifiedWithNewerKeys(BearerToken token, IssuerKeys keys, IssuerKeys.Known lacking) {
        return keys.newerThan(lacking)
                .map(newer -> verifier.verify(token, keys.issuer(), newer.keys())
                        .orElseThrow(() -> Unauthenticated.invalidToken("key")));
    }
}
