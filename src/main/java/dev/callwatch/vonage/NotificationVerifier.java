package dev.callwatch.vonage;

import dev.callwatch.time.WallClock;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.HmacKey;

/**
 * Verifies the signature of Vonage's notifications: the header {@code Vonage-Signature: Bearer <JWT>}, an HS256 with the
 * subscription's key that expires 5 minutes after it was issued and holds the SHA-256 of the body (VCC, web hooks).
 */
@Singleton
public class NotificationVerifier {

    private static final Pattern HEADER =
            Pattern.compile("(?i:Bearer) +([A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+)");
    private static final int LONGEST_HEADER = 4_096;
    private static final String PAYLOAD_HASH = "payload_hash";

    /** The clocks of Vonage and of this machine differ by no more. */
    private static final int CLOCK_TOLERANCE_SECONDS = 30;

    /** A signature that lived longer would outlive the memory of the notifications that were received. */
    private static final int LONGEST_LIFE_MINUTES = 9;

    private static final String SIGNATURE = "signature";
    private static final Map<Integer, String> REASONS = Map.of(
            ErrorCodes.EXPIRED, "expired",
            ErrorCodes.EXPIRATION_MISSING, "no-expiry",
            ErrorCodes.EXPIRATION_TOO_FAR_IN_FUTURE, "expires-too-late",
            ErrorCodes.NOT_YET_VALID, "not-yet-valid");

    private final WallClock clock;

    NotificationVerifier(WallClock clock) {
        this.clock = clock;
    }

    /**
     * Verifies a signature.
     *
     * @param header the values of {@code Vonage-Signature}
     * @param body the raw body
     * @param key the signing key of the account
     * @throws NotificationRefused where it does not hold
     */
    public void verify(List<String> header, byte[] body, byte[] key) {
        JwtClaims claims = claims(token(header), key);
        byte[] expected = sha256(body).getBytes(StandardCharsets.US_ASCII);
        byte[] claimed = String.valueOf(claims.getClaimValue(PAYLOAD_HASH))
                .toLowerCase(Locale.ROOT)
                .getBytes(StandardCharsets.UTF_8);
        // Compares in constant time, as jose4j does with signatures.
        if (!MessageDigest.isEqual(expected, claimed)) {
            throw new NotificationRefused("payload-hash");
        }
    }

    private static String token(List<String> header) {
        if (header.isEmpty()) {
            throw new NotificationRefused("no-signature");
        }
        String only = header.get(0);
        Matcher token = HEADER.matcher(only);
        if (header.size() > 1 || only.length() > LONGEST_HEADER || !token.matches()) {
            throw new NotificationRefused("malformed-signature");
        }
        return token.group(1);
    }

    private JwtClaims claims(String token, byte[] key) {
        try {
            return new JwtConsumerBuilder()
                    .setVerificationKey(new HmacKey(key))
                    .setJwsAlgorithmConstraints(ConstraintType.PERMIT, AlgorithmIdentifiers.HMAC_SHA256)
                    .setRequireExpirationTime()
                    .setMaxFutureValidityInMinutes(LONGEST_LIFE_MINUTES)
                    .setAllowedClockSkewInSeconds(CLOCK_TOLERANCE_SECONDS)
                    // Vonage does not document an audience.
                    .setSkipDefaultAudienceValidation()
                    .setEvaluationTime(NumericDate.fromMilliseconds(clock.now().toEpochMilli()))
                    .build()
                    .processToClaims(token);
        } catch (InvalidJwtException invalid) {
            throw new NotificationRefused(invalid.getErrorDetails().stream()
                    .map(error -> REASONS.getOrDefault(error.getErrorCode(), SIGNATURE))
                    .findFirst()
                    .orElse(SIGNATURE));
        }
    }

    /** The SHA-256 of some bytes in hexadecimal digits. */
    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
