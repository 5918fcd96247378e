package dev.callwatch.access;

import dev.callwatch.time.Delay;
import dev.callwatch.time.Timeouts;
import io.quarkus.oidc.AccessTokenCredential;
import io.quarkus.oidc.OIDCException;
import io.quarkus.oidc.common.runtime.OidcEndpointAccessException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.TokenAuthenticationRequest;
import io.quarkus.vertx.http.runtime.security.HttpSecurityUtils;
import io.smallrye.mutiny.Uni;
import io.vertx.core.VertxException;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.lang.UnresolvableKeyException;

/** Tells who asks. */
@Singleton
public class Authenticator {

    private static final Logger LOG = Logger.getLogger(Authenticator.class);

    /** An issuer that takes connections and says nothing must not hold requests for ever. */
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private static final Map<Integer, String> REASONS = Map.of(
            ErrorCodes.EXPIRED, "expired",
            ErrorCodes.EXPIRATION_MISSING, "no-expiry",
            ErrorCodes.NOT_YET_VALID, "not-yet-valid",
            ErrorCodes.ISSUER_INVALID, "issuer",
            ErrorCodes.AUDIENCE_INVALID, "audience",
            ErrorCodes.AUDIENCE_MISSING, "audience",
            ErrorCodes.SUBJECT_MISSING, "subject",
            ErrorCodes.SIGNATURE_INVALID, "signature");

    /** An issuer that cannot be reached is not asked for its first keys more often than this, whoever wants it. */
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(1);

    private static final Duration BETWEEN_CHECKS = Duration.ofMillis(100);

    private static final int MOST_CHECKS = 30;

    /** Who forges tokens must not make us hold any number of requests. */
    private static final int MOST_WAITING = 100;

    private final AccessOptions options;
    private final IdentityProviderManager identities;
    private final Clock clock;
    private final Delay delay;
    private final Timeouts timeouts;
    private final Set<Issuer> reached = ConcurrentHashMap.newKeySet();
    private final ConcurrentMap<Issuer, Instant> missed = new ConcurrentHashMap<>();
    private final ConcurrentMap<Issuer, AtomicInteger> running = new ConcurrentHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();

    Authenticator(
            AccessOptions options, IdentityProviderManager identities, Clock clock, Delay delay, Timeouts timeouts) {
        this.options = options;
        this.identities = identities;
        this.clock = clock;
        this.delay = delay;
        this.timeouts = timeouts;
    }

    /**
     * Identifies who made a request.
     *
     * @return the caller, or {@link Unauthenticated}
     */
    public Uni<Caller> identify(RoutingContext request) {
        if (options.mode() == AccessOptions.Mode.NONE) {
            return Uni.createFrom().item(Caller.ANYONE);
        }
        return Uni.createFrom().deferred(() -> verified(request)).onFailure().transform(Authenticator::refusal);
    }

    private Uni<Caller> verified(RoutingContext request) {
        BearerToken token = BearerToken.of(request);
        Issuer issuer = options.issuers().stream()
                .filter(known -> known.url().equals(token.issuer()))
                .findFirst()
                .orElseThrow(() -> Unauthenticated.invalidToken("issuer"));
        if (isMissing(issuer)) {
            throw Unauthenticated.issuerUnreachable();
        }
        Tenants.request(request, issuer);
        Uni<SecurityIdentity> identity = authenticate(request, issuer, token)
                .onFailure(Authenticator::isOfAnUnknownKey)
                .recoverWithUni(unknown -> onceMore(request, issuer, token, unknown));
        return timeouts.within(LONGEST, identity, Unauthenticated::issuerUnreachable)
                .map(verified -> {
                    if (verified.isAnonymous()) {
                        throw Unauthenticated.invalidToken("malformed");
                    }
                    return token.caller(issuer);
                })
                .onFailure()
                .invoke(failure -> tell(issuer, failure))
                .onFailure()
                .transform(Authenticator::refusal)
                .onItemOrFailure()
                .invoke((caller, refusal) -> note(issuer, refusal));
    }

    private Uni<SecurityIdentity> authenticate(RoutingContext request, Issuer issuer, BearerToken token) {
        return Uni.createFrom().deferred(() -> {
            AtomicInteger count = running(issuer);
            count.incrementAndGet();
            return identities
                    .authenticate(HttpSecurityUtils.setRoutingContextAttribute(
                            new TokenAuthenticationRequest(new AccessTokenCredential(token.text())), request))
                    .onTermination()
                    .invoke(count::decrementAndGet);
        });
    }

    /**
     * The first token with a new key makes Quarkus read the keys anew, while it refuses those that come beside it. They wait
     * until that has happened and try again, so that a rotation of keys costs nobody a refusal.
     */
    private Uni<SecurityIdentity> onceMore(
            RoutingContext request, Issuer issuer, BearerToken token, Throwable unknown) {
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            return Uni.createFrom().failure(unknown);
        }
        return keysRead(issuer, MOST_CHECKS)
                .onTermination()
                .invoke(waiting::decrementAndGet)
                .chain(() -> authenticate(request, issuer, token));
    }

    /** Only who reads keys takes any time at all. */
    private Uni<Void> keysRead(Issuer issuer, int checks) {
        return delay.of(BETWEEN_CHECKS)
                .chain(() -> checks == 0 || running(issuer).get() == 0
                        ? Uni.createFrom().voidItem()
                        : keysRead(issuer, checks - 1));
    }

    private AtomicInteger running(Issuer issuer) {
        return running.computeIfAbsent(issuer, absent -> new AtomicInteger());
    }

    private static boolean isOfAnUnknownKey(Throwable failure) {
        return causes(failure).anyMatch(UnresolvableKeyException.class::isInstance);
    }

    /** Who forges tokens cannot fill the log with this: attempts to read keys are seconds apart. */
    private static void tell(Issuer issuer, Throwable failure) {
        if (refusal(failure).isOfTheIssuer()) {
            LOG.warnf("The keys of the issuer %s cannot be read: %s", issuer.name(), why(failure));
        }
    }

    private static String why(Throwable failure) {
        return first(failure, IOException.class)
                .map(Throwable::toString)
                .or(() -> first(failure, OidcEndpointAccessException.class)
                        .map(refused -> "it answered " + refused.getErrorStatus()))
                .orElse("it did not give them");
    }

    private boolean isMissing(Issuer issuer) {
        Instant last = missed.getOrDefault(issuer, Instant.EPOCH);
        return !reached.contains(issuer) && clock.instant().isBefore(last.plus(BETWEEN_ATTEMPTS));
    }

    /** Once its keys are known, Quarkus looks after them: they stay while the issuer is away. */
    private void note(Issuer issuer, Throwable refusal) {
        if (refusal instanceof Unauthenticated unauthenticated && unauthenticated.isOfTheIssuer()) {
            missed.put(issuer, clock.instant());
        } else {
            reached.add(issuer);
        }
    }

    private static Unauthenticated refusal(Throwable failure) {
        return first(failure, Unauthenticated.class)
                .or(() -> first(failure, InvalidJwtException.class)
                        .map(invalid -> Unauthenticated.invalidToken(reason(invalid))))
                .orElseGet(() -> causes(failure).anyMatch(Authenticator::isOfTheIssuer)
                        ? Unauthenticated.issuerUnreachable()
                        : Unauthenticated.invalidToken("malformed"));
    }

    private static String reason(InvalidJwtException invalid) {
        return invalid.getErrorDetails().stream()
                .map(error -> REASONS.getOrDefault(error.getErrorCode(), "signature"))
                .findFirst()
                .orElse("signature");
    }

    private static boolean isOfTheIssuer(Throwable cause) {
        return cause instanceof IOException
                || cause instanceof VertxException
                || cause instanceof TimeoutException
                || cause instanceof OIDCException
                || cause instanceof OidcEndpointAccessException;
    }

    private static <T extends Throwable> Optional<T> first(Throwable failure, Class<T> type) {
        return causes(failure).filter(type::isInstance).map(type::cast).findFirst();
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
    }
}
