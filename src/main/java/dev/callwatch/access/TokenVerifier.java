package dev.callwatch.access;

import dev.callwatch.time.WallClock;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.JwksVerificationKeyResolver;
import org.jose4j.lang.UnresolvableKeyException;

/**
 * Verifies bearer tokens with the keys of their issuer: signature, issuer, audience, expiry and not-before to the second,
 * subject and time of issue (RFC 7519, RFC 8725).
 */
@Singleton
class TokenVerifier {

    /** Asymmetric ones only: a public key must never serve as the secret of a message authentication code. */
    private static final String[] ALGORITHMS = {
        AlgorithmIdentifiers.RSA_USING_SHA256,
        AlgorithmIdentifiers.RSA_USING_SHA384,
        AlgorithmIdentifiers.RSA_USING_SHA512,
        AlgorithmIdentifiers.RSA_PSS_USING_SHA256,
        AlgorithmIdentifiers.RSA_PSS_USING_SHA384,
        AlgorithmIdentifiers.RSA_PSS_USING_SHA512,
        AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256,
        AlgorithmIdentifiers.ECDSA_USING_P384_CURVE_AND_SHA384,
        AlgorithmIdentifiers.ECDSA_USING_P521_CURVE_AND_SHA512,
        AlgorithmIdentifiers.EDDSA
    };

    private static final String SIGNATURE = "signature";

    private static final Map<Integer, String> REASONS = Map.of(
            ErrorCodes.EXPIRED, "expired",
            ErrorCodes.EXPIRATION_MISSING, "no-expiry",
            ErrorCodes.NOT_YET_VALID, "not-yet-valid",
            ErrorCodes.ISSUER_INVALID, "issuer",
            ErrorCodes.AUDIENCE_INVALID, "audience",
            ErrorCodes.AUDIENCE_MISSING, "audience",
            ErrorCodes.SUBJECT_MISSING, "subject",
            ErrorCodes.SIGNATURE_INVALID, SIGNATURE);

    private final WallClock clock;

    TokenVerifier(WallClock clock) {
        this.clock = clock;
    }

    /**
     * Verifies a token.
     *
     * @param issuer the one that the token names
     * @param keys those of the issuer, as far as they are known
     * @return whom it is about, or nothing where it names a key that is not among them
     * @throws Unauthenticated where it is not valid
     */
    Optional<Caller> verify(BearerToken token, Issuer issuer, List<JsonWebKey> keys) {
        JwksVerificationKeyResolver resolver = new JwksVerificationKeyResolver(keys);
        // An issuer may publish several keys without names.
        resolver.setDisambiguateWithVerifySignature(true);
        try {
            new JwtConsumerBuilder()
                    .setVerificationKeyResolver(resolver)
                    .setJwsAlgorithmConstraints(ConstraintType.PERMIT, ALGORITHMS)
                    .setExpectedIssuer(issuer.url())
                    .setExpectedAudience(issuer.audience())
                    .setRequireExpirationTime()
                    .setRequireSubject()
                    .setRequireIssuedAt()
                    .setEvaluationTime(NumericDate.fromMilliseconds(clock.now().toEpochMilli()))
                    .build()
                    .processToClaims(token.text());
        } catch (InvalidJwtException invalid) {
            if (isUnknownKey(invalid)) {
                return Optional.empty();
            }
            throw Unauthenticated.invalidToken(reason(invalid));
        }
        return Optional.of(token.caller(issuer));
    }

    private static boolean isUnknownKey(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .anyMatch(UnresolvableKeyException.class::isInstance);
    }

    private static String reason(InvalidJwtException invalid) {
        return invalid.getErrorDetails().stream()
                .map(error -> REASONS.getOrDefault(error.getErrorCode(), SIGNATURE))
                .findFirst()
                .orElse(SIGNATURE);
    }
}
