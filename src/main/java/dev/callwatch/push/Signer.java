package dev.callwatch.push;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs deliveries as Standard Webhooks 1.0 has it: {@code v1}, HMAC-SHA256, with each secret of the sink, and {@code v1a},
 * Ed25519, with each key of this service. While one rotates there are two of it.
 */
@Singleton
class Signer {

    private static final String HMAC = "HmacSHA256";

    private final List<SigningKey> keys;

    @Inject
    Signer(PushOptions options) {
        this(options.signingKeys());
    }

    Signer(List<SigningKey> keys) {
        this.keys = keys;
    }

    /**
     * The value of {@code webhook-signature}.
     *
     * @param id the value of {@code webhook-id}
     * @param timestamp the value of {@code webhook-timestamp}, seconds since the epoch
     * @param body as it is sent
     * @return all signatures; empty where nothing can be signed with
     */
    String signatures(List<SigningSecret> secrets, String id, long timestamp, byte[] body) {
        byte[] content = content(id, timestamp, body);
        return Stream.concat(
                        secrets.stream().map(secret -> "v1," + base64(hmac(secret, content))),
                        keys.stream().map(key -> "v1a," + base64(key.sign(content))))
                .collect(Collectors.joining(" "));
    }

    private static byte[] content(String id, long timestamp, byte[] body) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
        content.writeBytes(body);
        return content.toByteArray();
    }

    private static byte[] hmac(SigningSecret secret, byte[] content) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(secret.key(), HMAC));
            return mac.doFinal(content);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
