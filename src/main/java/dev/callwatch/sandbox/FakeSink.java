package dev.callwatch.sandbox;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Answers as a sink of events does, without HTTP, and keeps the last {@value #CAPACITY} events that it accepted. Verifies their
 * signatures by itself, so that it shows whether a receiver could. Safe for concurrent use.
 */
final class FakeSink {

    static final String PATH = "/sink";
    static final String FAILING = "/sink/failing";
    static final String GONE = "/sink/gone";

    /** What the sandbox's sinks share with the service: 24 bytes. */
    static final String SECRET = "whsec_c2FuZGJveC1zYW5kYm94LXNhbmRib3gh";

    private static final int CAPACITY = 100;
    private static final int FAILURES = 2;
    private static final Duration TOLERANCE = Duration.ofMinutes(5);
    private static final String HMAC = "HmacSHA256";

    private static final Answer NO_CONTENT = new Answer(204, Map.of(), "", Duration.ZERO);

    private final Clock clock;
    private final Deque<JsonObject> events = new ArrayDeque<>();
    private final Map<String, Integer> attempts = new LinkedHashMap<>();

    FakeSink(Clock clock) {
        this.clock = clock;
    }

    /** Whether a path is one of its own. */
    static boolean has(String path) {
        return path.equals(PATH) || path.equals(FAILING) || path.equals(GONE);
    }

    /**
     * Answers a delivery: 204; on {@value #FAILING} 503 twice for each event, and on {@value #GONE} 410.
     *
     * @param headers by their names in lower case
     */
    synchronized Answer deliver(String path, Map<String, String> headers, Buffer body) {
        String id = headers.getOrDefault("webhook-id", "");
        int attempt = attempts.merge(id, 1, Integer::sum);
        if (attempts.size() > CAPACITY) {
            attempts.remove(attempts.keySet().iterator().next());
        }
        if (path.equals(GONE)) {
            return Answer.message(410, "This sink wants no more events.");
        }
        if (path.equals(FAILING) && attempt <= FAILURES) {
            return Answer.message(503, "This sink fails twice for each event.");
        }
        events.addLast(new JsonObject()
                .put("id", id)
                .put("verified", isVerified(id, headers, body))
                .put("attempts", attempt)
                .put("contentType", headers.getOrDefault("content-type", ""))
                .put("body", json(body)));
        if (events.size() > CAPACITY) {
            events.removeFirst();
        }
        return NO_CONTENT;
    }

    /** Agrees to be called, whoever asks. */
    Answer agree() {
        return new Answer(200, Map.of("WebHook-Allowed-Origin", "*"), "", Duration.ZERO);
    }

    /** What it accepted, the oldest first. */
    synchronized Answer events() {
        JsonArray all = new JsonArray();
        events.forEach(all::add);
        return Answer.json(200, new JsonObject().put("events", all));
    }

    private static Object json(Buffer body) {
        try {
            return body.toJsonValue();
        } catch (DecodeException noJson) {
            return body.toString();
        }
    }

    private boolean isVerified(String id, Map<String, String> headers, Buffer body) {
        String timestamp = headers.getOrDefault("webhook-timestamp", "");
        byte[] expected = hmac(Buffer.buffer(id + "." + timestamp + ".").appendBuffer(body));
        return isNow(timestamp)
                && Arrays.stream(headers.getOrDefault("webhook-signature", "").split(" "))
                        .filter(signature -> signature.startsWith("v1,"))
                        .map(signature -> decoded(signature.substring("v1,".length())))
                        .flatMap(Optional::stream)
                        .anyMatch(signature -> MessageDigest.isEqual(signature, expected));
    }

    private boolean isNow(String timestamp) {
        try {
            long age = clock.instant().getEpochSecond() - Long.parseLong(timestamp);
            return Math.abs(age) <= TOLERANCE.toSeconds();
        } catch (NumberFormatException malformed) {
            return false;
        }
    }

    private static Optional<byte[]> decoded(String base64) {
        try {
            return Optional.of(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException noBase64) {
            return Optional.empty();
        }
    }

    private static byte[] hmac(Buffer content) {
        try {
            byte[] key = Base64.getDecoder()
                    .decode(SECRET.substring("whsec_".length()).getBytes(StandardCharsets.US_ASCII));
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac.doFinal(content.getBytes());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
