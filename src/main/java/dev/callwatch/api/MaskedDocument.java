package dev.callwatch.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rebuilds Vonage's document of a call for those who may not see numbers. What is documented and harmless stays in its place:
 * the call's identifier, links to the call, agents, short disposition codes, and numbers in their masked form. Everything else,
 * wherever it stands, loses its digits, names of fields included.
 */
final class MaskedDocument {

    private static final JsonMapper JSON = JsonMapper.builder()
            // Numbers that are shown keep their digits as Vonage sent them.
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    /** Vonage writes parts of it in upper and lower case. A host name may hold digits, and then it is not known. */
    private static final Pattern LINK = Pattern.compile("https://[a-z.-]{1,253}/v0/(.+)", Pattern.CASE_INSENSITIVE);

    private final String id;
    private final String callPath;

    /**
     * @param account the key of the account
     * @param id the GUID of the call
     */
    MaskedDocument(String account, String id) {
        this.id = id;
        this.callPath = account + "/Calls/" + id;
    }

    /** Rebuilds a document; one that cannot be parsed, which may hold numbers anywhere, is {@code {}}. */
    String of(String document) {
        try {
            JsonNode root = JSON.readTree(document);
            return JSON.writeValueAsString(root.isObject() ? object(root, this::field) : unknown(root));
        } catch (JsonProcessingException | NumberFormatException unreadable) {
            return "{}";
        }
    }

    /** Masks the value of a field. */
    @FunctionalInterface
    private interface Fields {

        JsonNode masked(String name, JsonNode value);
    }

    private JsonNode field(String name, JsonNode value) {
        return switch (name) {
            case "id" -> text(value, text -> text.equalsIgnoreCase(id) ? text : MaskedText.withoutDigits(text));
            case "from", "to" -> value.isObject() ? object(value, MaskedDocument::ofParty) : unknown(value);
            case "links" -> links(value);
            case "dispositionCode" -> text(value, MaskedText::code);
            default -> unknown(value);
        };
    }

    private static JsonNode ofParty(String name, JsonNode value) {
        return switch (name) {
            case "telephoneNumber", "presentedCLID" -> text(value, MaskedText::number);
            case "agentId" -> text(value, MaskedText::identifier);
            default -> unknown(value);
        };
    }

    private JsonNode links(JsonNode links) {
        if (!links.isArray()) {
            return unknown(links);
        }
        ArrayNode all = JsonNodeFactory.instance.arrayNode(links.size());
        links.forEach(link -> all.add(link.isObject() ? object(link, this::ofLink) : unknown(link)));
        return all;
    }

    private JsonNode ofLink(String name, JsonNode value) {
        return name.equals("href") ? text(value, this::address) : unknown(value);
    }

    private String address(String address) {
        Matcher link = LINK.matcher(address);
        return link.matches() && link.group(1).equalsIgnoreCase(callPath) ? address : MaskedText.withoutDigits(address);
    }

    private static JsonNode unknown(JsonNode value) {
        if (value.isObject()) {
            return object(value, (name, inner) -> unknown(inner));
        }
        if (value.isArray()) {
            ArrayNode elements = JsonNodeFactory.instance.arrayNode(value.size());
            value.forEach(element -> elements.add(unknown(element)));
            return elements;
        }
        return text(value, MaskedText::withoutDigits);
    }

    /**
     * Of fields whose names differ in their digits only, the one whose name comes first stays, so that the order in which Vonage
     * sends them changes nothing.
     */
    private static JsonNode object(JsonNode object, Fields fields) {
        ObjectNode masked = JsonNodeFactory.instance.objectNode();
        Map<String, String> names = new HashMap<>();
        object.forEachEntry((name, value) -> {
            String shown = MaskedText.withoutDigits(name);
            String first = names.merge(shown, name, (one, other) -> one.compareTo(other) <= 0 ? one : other);
            if (first.equals(name)) {
                masked.set(shown, fields.masked(name, value));
            }
        });
        return masked;
    }

    /** A text or a number, which becomes a text where it changes. Objects and arrays are unknown where a text is documented. */
    private static JsonNode text(JsonNode value, UnaryOperator<String> mask) {
        if (value.isContainerNode()) {
            return unknown(value);
        }
        if (!value.isTextual() && !value.isNumber()) {
            return value;
        }
        String before = value.asText();
        String after = mask.apply(before);
        return after.equals(before) ? value : TextNode.valueOf(after);
    }
}
