package dev.callwatch.sandbox;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.IntSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jboss.logging.Logger;

/**
 * Sends the web hooks of VCC to this service, over HTTP and signed as VCC signs them. Those of one moment come in any order, and
 * every third one twice.
 */
final class WebHooks {

    private static final Logger LOG = Logger.getLogger(WebHooks.class);
    private static final String PATH = "/v1/notifications/" + SandboxAccounts.KEY;
    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration SIGNATURE_LIFE = Duration.ofMinutes(5);
    private static final int EVERY_THIRD = 3;

    private final Vertx vertx;
    private final Clock timeOfDay;
    private final IntSupplier port;
    private final HttpClient client;

    /** The same order each time. */
    private final Random random = new Random(1);

    private int sent;

    /**
     * @param timeOfDay for times and signatures
     * @param port the port of this service, once it listens
     */
    WebHooks(Vertx vertx, Clock timeOfDay, IntSupplier port) {
        this.vertx = vertx;
        this.timeOfDay = timeOfDay;
        this.port = port;
        this.client = vertx.createHttpClient();
    }

    /** Sends the notifications of a life of a call, from now on. */
    void play(String guid, Scenario.Life life) {
        at(Duration.ZERO, guid, "channel.alerted.v1", "channel.connected.v1", "channel.connected.v1");
        at(
                Duration.ofSeconds(life.ended()),
                guid,
                "channel.disconnected.v1",
                "channel.disconnected.v1",
                "channel.wrapstarted.v1",
                "channel.ended.v1");
        at(Duration.ofSeconds(life.disposed()), guid, "interaction.detailrecord.v0");
    }

    /**
     * Sends one notification.
     *
     * @return the status code of the answer
     */
    Future<Integer> send(String type, String guid) {
        return send(Buffer.buffer(event(type, guid).encode()));
    }

    private void at(Duration later, String guid, String... types) {
        List<Buffer> events = new ArrayList<>();
        synchronized (this) {
            for (String type : types) {
                Buffer event = Buffer.buffer(event(type, guid).encode());
                events.add(event);
                sent++;
                if (sent % EVERY_THIRD == 0) {
                    events.add(event);
                }
            }
            Collections.shuffle(events, random);
        }
        // A timer of Vert.x waits for at least 1 ms.
        vertx.setTimer(
                Math.max(1, later.toMillis()),
                due -> events.forEach(event ->
                        send(event).onFailure(failure -> LOG.debugf(failure, "A notification could not be sent"))));
    }

    private JsonObject event(String type, String guid) {
        String now = timeOfDay.instant().toString();
        JsonObject data = new JsonObject().put("timestamp", now);
        if (type.startsWith("interaction.")) {
            data.put("interaction", new JsonObject().put("interactionId", guid).put("dispositionCode", "Sale"));
        } else {
            data.put(
                    "channel",
                    new JsonObject()
                            .put("conversationId", UUID.randomUUID().toString())
                            .put("interactionId", guid)
                            .put("channelId", UUID.randomUUID().toString())
                            .put("party", new JsonObject().put("role", "agent").put("agentId", "10")));
        }
        return new JsonObject()
                .put("specversion", "1.0")
                .put("type", type)
                .put("id", UUID.randomUUID().toString())
                .put("source", type.startsWith("interaction.") ? "/interaction" : "/channel")
                .put("subject", guid)
                .put("time", now)
                .put("datacontenttype", "application/json")
                .put("data", data);
    }

    private Future<Integer> send(Buffer body) {
        return client.request(HttpMethod.POST, port.getAsInt(), LOOPBACK, PATH)
                .compose(request -> send(request, body))
                .map(HttpClientResponse::statusCode);
    }

    private Future<HttpClientResponse> send(HttpClientRequest request, Buffer body) {
        return request.putHeader("Content-Type", "application/cloudevents+json")
                .putHeader("Vonage-Signature", "Bearer " + signature(body.getBytes()))
                .send(body);
    }

    private String signature(byte[] body) {
        try {
            Instant now = timeOfDay.instant();
            String hash = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(body));
            JsonObject claims = new JsonObject()
                    .put("iat", now.getEpochSecond())
                    .put("exp", now.plus(SIGNATURE_LIFE).getEpochSecond())
                    .put("payload_hash", hash);
            String signed = base64(new JsonObject().put("alg", "HS256").put("typ", "JWT")) + "." + base64(claims);
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(SandboxAccounts.SIGNING_KEY), "HmacSHA256"));
            return signed + "." + base64(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String base64(JsonObject json) {
        return base64(json.encode().getBytes(StandardCharsets.UTF_8));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
