package dev.callwatch.vonage;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallHint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads Vonage's notifications: strict about their being CloudEvents 1.0 in structured form, tolerant of everything in them. Their
 * types are an open list, and the version at the end of a type has no meaning here.
 */
public final class NotificationDocuments {

    private static final ObjectReader READER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();
    private static final int LONGEST_ATTRIBUTE = 1_024;

    private NotificationDocuments() {}

    /**
     * Reads a notification.
     *
     * @param account whose signature it has
     * @param body the raw body
     * @return what it says about calls; nothing where it is no CloudEvent
     */
    public static Optional<CallHint> read(AccountKey account, byte[] body) {
        JsonNode event;
        try {
            event = READER.readTree(body);
        } catch (IOException | NumberFormatException malformed) {
            return Optional.empty();
        }
        Optional<String> id = attribute(event, "id");
        Optional<String> source = attribute(event, "source");
        Optional<String> type = attribute(event, "type");
        boolean known = attribute(event, "specversion").filter("1.0"::equals).isPresent();
        if (!known || id.isEmpty() || source.isEmpty() || type.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new CallHint(account, calls(event.path("data")), kind(type.get()), identity(source.get(), id.get())));
    }

    private static Optional<String> attribute(JsonNode event, String name) {
        return Optional.of(event.path(name))
                .filter(JsonNode::isTextual)
                .map(JsonNode::asText)
                .filter(text -> !text.isEmpty() && text.length() <= LONGEST_ATTRIBUTE);
    }

    /** No document says which of them names the call of the calls API, so each may. */
    private static Set<CallGuid> calls(JsonNode data) {
        JsonNode channel = data.path("channel");
        return Stream.of(
                        channel.path("interactionId"),
                        channel.path("channelId"),
                        channel.path("conversationId"),
                        data.path("interaction").path("interactionId"))
                .filter(JsonNode::isTextual)
                .map(node -> CallGuid.parse(node.asText()))
                .flatMap(Optional::stream)
                .limit(CallHint.MOST_CALLS)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static CallHint.Kind kind(String type) {
        String name = type.toLowerCase(Locale.ROOT).replaceFirst("\\.v[0-9]+$", "");
        return switch (name) {
            case "channel.disconnected", "channel.ended" -> CallHint.Kind.ENDED;
            case "channel.wrapstarted" -> CallHint.Kind.WRAPPING_UP;
            case "interaction.detailrecord" -> CallHint.Kind.RECORDED;
            default -> CallHint.Kind.CHANGED;
        };
    }

    /** CloudEvents 1.0: source and id together identify an event. A hash, so that all identities are short. */
    private static String identity(String source, String id) {
        return NotificationVerifier.sha256((source + '\0' + id).getBytes(StandardCharsets.UTF_8));
    }
}
