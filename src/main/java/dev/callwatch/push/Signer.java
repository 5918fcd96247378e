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

    private static final int BYTES_OF_TIMESTAMP = 22;

    /** What the keys have signed last. */
    private record Signed(String id, long timestamp, byte[] body, List<String> signatures) {

        private boolean isOf(String otherId, long otherTimestamp, byte[] otherBody) {
            return timestamp == otherTimestamp && body == otherBody && id.equals(otherId);
        }
    }

    private final List<SigningKey> keys;
    private volatile Signed last = new Signed("", 0, new byte[0], List.of());

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
        if (secrets.isEmpty() && keys.isEmpty()) {
            return "";
        }
        byte[] content = content(id, timestamp, body);
        return Stream.concat(
                        secrets.stream().map(secret -> "v1," + base64(hmac(secret, content))),
                        ofKeys(id, timestamp, body, content).stream())
                .collect(Collectors.joining(" "));
    }

    /** Ed25519 takes as long as some ten deliveries, and the same body goes to many sinks within a second. */
    private List<String> ofKeys(String id, long timestamp, byte[] body, byte[] content) {
        Signed known = last;
        if (known.isOf(id, timestamp, body)) {
            return known.signatures();
        }
        List<String> signatures =
                keys.stream().map(key -> "v1a," + base64(key.sign(content))).toList();
        last = new Signed(id, timestamp, body, signatures);
        return signatures;
    }

    private static byte[] content(String id, long timestamp, byte[] body) {
        ByteArrayOutputStream content = new ByteArrayOutputStream(id.length() + BYTES_OF_TIMESTAMP + body.length);
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
