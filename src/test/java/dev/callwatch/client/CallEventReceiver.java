package dev.callwatch.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Receives events of calls, each once, and only those that are signed with the secret. */
@Path("/call-events")
@Singleton
public class CallEventReceiver {

    private static final Logger LOG = Logger.getLogger(CallEventReceiver.class);
    private static final int TOLERANCE_SECONDS = 300;
    private static final int REMEMBERED = 10_000;

    private final byte[] secret;
    private final ObjectMapper json;

    /** Identifiers of events that were handled. Several replicas would share them, in their database for example. */
    private final Map<String, Boolean> handled = new LinkedHashMap<>();

    /** @param secret {@code whsec_} and the secret in Base64 */
    public CallEventReceiver(@ConfigProperty(name = "call-events.secret") String secret, ObjectMapper json) {
        this.secret = Base64.getDecoder().decode(secret.substring("whsec_".length()));
        this.json = json;
    }

    /** Answers 204 where the event is handled, now or before; 401 where it is not Callwatch's. */
    @POST
    @Consumes(MediaType.WILDCARD)
    public Response receive(
            @HeaderParam("webhook-id") String id,
            @HeaderParam("webhook-timestamp") long timestamp,
            @HeaderParam("webhook-signature") String signatures,
            byte[] body)
            throws IOException, GeneralSecurityException {
        if (!isRecent(timestamp) || !isSigned(id + "." + timestamp + ".", signatures, body)) {
            return Response.status(Response.Status.UNAUTHORIZED).build();
        }
        handleOnce(id, json.readTree(body));
        return Response.noContent().build();
    }

    private static boolean isRecent(long timestamp) {
        return Math.abs(Instant.now().getEpochSecond() - timestamp) <= TOLERANCE_SECONDS;
    }

    private boolean isSigned(String prefix, String signatures, byte[] body) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        mac.update(prefix.getBytes(StandardCharsets.UTF_8));
        byte[] expected =
                ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes(StandardCharsets.UTF_8);
        boolean signed = false;
        for (String signature : String.valueOf(signatures).split(" ")) {
            signed |= MessageDigest.isEqual(signature.getBytes(StandardCharsets.UTF_8), expected);
        }
        return signed;
    }

    private synchronized void handleOnce(String id, JsonNode event) {
        if (!handled.containsKey(id)) {
            handle(event);
            handled.put(id, true);
        }
        if (handled.size() > REMEMBERED) {
            handled.remove(handled.keySet().iterator().next());
        }
    }

    /** What your application does with it. When this throws, the event comes again. */
    private void handle(JsonNode event) {
        LOG.infof(
                "%s %s",
                event.path("type").asText(),
                event.path("data").path("call").path("summary").asText());
    }
}
