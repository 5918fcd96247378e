package dev.callwatch.vonage;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.HmacKey;

/** Notifications as Vonage sends them, and their signatures. */
public final class ANotification {

    /** The signing key of the account {@code notified}, as VCC shows it. */
    public static final String KEY = "cGxhbnRlZC1zaWduaW5nLWtleS1vZi10aGlydHktdHdvIQ==";

    private ANotification() {}

    public static byte[] key() {
        return Base64.getDecoder().decode(KEY);
    }

    /** In the form of Vonage's documentation. */
    public static String of(String type, String id, String interaction) {
        return """
                {"specversion":"1.0","type":"%s","id":"%s","source":"/channel",\
                "subject":"740109c1-12d5-430f-9543-131fe5c4edcb","time":"2022-08-30T14:34:36.6134321Z",\
                "datacontenttype":"application/json","data":{"timestamp":"2022-08-30T14:34:36.088Z","channel":{\
                "conversationId":"3E71F453-0000-4000-8000-000000000001","interactionId":"%s",\
                "channelId":"740109c1-12d5-430f-9543-131fe5c4edcb",\
                "party":{"role":"agent","agentId":"1544"}}}}""".formatted(type, id, interaction);
    }

    public static String signature(String body) {
        return signature(body, key(), Instant.now(), claims -> {});
    }

    public static String signature(String body, byte[] key, Instant issuedAt, Consumer<JwtClaims> change) {
        return signature(body, key, AlgorithmIdentifiers.HMAC_SHA256, issuedAt, change);
    }

    static String signature(String body, byte[] key, String algorithm, Instant issuedAt, Consumer<JwtClaims> change) {
        try {
            JwtClaims claims = new JwtClaims();
            claims.setIssuedAt(NumericDate.fromSeconds(issuedAt.getEpochSecond()));
            claims.setExpirationTime(NumericDate.fromSeconds(issuedAt.getEpochSecond() + 300));
            claims.setClaim("payload_hash", hash(body));
            change.accept(claims);
            JsonWebSignature signature = new JsonWebSignature();
            signature.setPayload(claims.toJson());
            signature.setAlgorithmHeaderValue(algorithm);
            signature.setDoKeyValidation(false);
            signature.setKey(new HmacKey(key));
            return "Bearer " + signature.getCompactSerialization();
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static String hash(String body) {
        try {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
