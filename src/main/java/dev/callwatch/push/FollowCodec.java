package dev.callwatch.push;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Writes how far an account is pushed to a sink as named fields, and reads them: {@code follow} and {@code position}, and one field for
 * each call and each event that is not delivered yet, as {@link SubscriptionCodec} has them.
 */
final class FollowCodec {

    static final String FOLLOW = "follow";
    static final String POSITION = "position";

    private static final String FORM = "1";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private FollowCodec() {}

    /** All fields. */
    static Map<String, String> encode(StoredFollow stored) {
        Map<String, String> fields = new HashMap<>();
        fields.put(FOLLOW, FORM);
        stored.position().ifPresent(position -> fields.put(POSITION, encode(position)));
        fields.putAll(SubscriptionCodec.encode(stored.calls(), stored.events()));
        return fields;
    }

    static String encode(StoredFollow.Position position) {
        return JSON.createObjectNode()
                .put("after", position.after())
                .put("at", position.at().toString())
                .toString();
    }

    /** Reads all fields; nothing where they are not those of an account that is followed. */
    static Optional<StoredFollow> decode(Map<String, String> fields) {
        if (!FORM.equals(fields.get(FOLLOW))) {
            return Optional.empty();
        }
        try {
            return Optional.of(new StoredFollow(
                    position(fields), SubscriptionCodec.calls(fields), SubscriptionCodec.events(fields)));
        } catch (JsonProcessingException | RuntimeException unreadable) {
            return Optional.empty();
        }
    }

    private static Optional<StoredFollow.Position> position(Map<String, String> fields) throws JsonProcessingException {
        if (!fields.containsKey(POSITION)) {
            return Optional.empty();
        }
        JsonNode node = JSON.readTree(fields.get(POSITION));
        return Optional.of(new StoredFollow.Position(
                node.path("after").asText(), Instant.parse(node.path("at").asText())));
    }
}
