package dev.callwatch.vonage;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.callwatch.call.CallDetail;
import dev.callwatch.call.CallDocumentParser;
import dev.callwatch.call.CallReading;
import dev.callwatch.call.UpstreamFailure;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads Vonage's document: strict about its being one JSON object with a field we know, tolerant of everything in it.
 * Numbers keep their digits as received.
 */
@Singleton
final class CallDocuments implements CallDocumentParser {

    private static final List<String> DOCUMENTED =
            List.of("id", "links", "from", "to", "status", "recordingStatus", "result", "dispositionCode");

    /** In bytes: up to there a document is read at once, and a tree of it costs little. */
    static final int SMALL = 64 << 10;

    private static final ObjectReader READER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build()
            .reader();

    /** Of a name that occurs twice a tree has the last value only. */
    private static final ObjectReader STRICT = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build()
            .reader();

    /** An unpaired surrogate, which JSON can escape but UTF-8 cannot express. */
    private static final Pattern UNPAIRED_SURROGATE = Pattern.compile("\\p{Cs}");

    @Override
    public CallDetail parse(String document) {
        return read(document.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads a document.
     *
     * @param body the body of a 200
     * @throws UpstreamFailure.Malformed where it is not a JSON object with at least one documented field
     */
    static CallDetail read(byte[] body) {
        Optional<CallDetail> compact = body.length > SMALL ? compact(body) : Optional.empty();
        return compact.orElseGet(() -> {
            JsonNode document = tree(body);
            return detail(document, writable(document.toString()));
        });
    }

    /**
     * Reads a document without a tree of what is not documented, which takes many times the memory of the document.
     *
     * @return empty where that is not possible, or what {@link #read} refuses
     */
    static Optional<CallDetail> compact(byte[] body) {
        return CompactJson.is(body)
                ? documented(body).map(document -> detail(document, new String(body, StandardCharsets.US_ASCII)))
                : Optional.empty();
    }

    /** The documented fields of an object; empty where it is none, is not valid, or has a name twice. */
    private static Optional<JsonNode> documented(byte[] body) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        try (JsonParser parser = STRICT.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                parser.nextToken();
                if (DOCUMENTED.contains(field)) {
                    document.set(field, STRICT.readTree(parser));
                } else {
                    parser.skipChildren();
                }
            }
            return parser.nextToken() == null && isCall(document) ? Optional.of(document) : Optional.empty();
        } catch (IOException | NumberFormatException invalid) {
            return Optional.empty();
        }
    }

    private static CallDetail detail(JsonNode document, String text) {
        if (!isCall(document)) {
            throw new UpstreamFailure.Malformed("Vonage answered something that is not a call.");
        }
        return new CallDetail(
                status(document.path("status")),
                text(document.path("recordingStatus")),
                party(document.path("from")),
                party(document.path("to")),
                fault(document.path("result")),
                text(document.path("dispositionCode")),
                text);
    }

    /**
     * Reads a document as {@link #read} does, but parses the known one only if somebody asks what it says.
     *
     * @param known the document as it is known, as {@link CallDetail#document} has it
     */
    static CallReading reading(byte[] body, Optional<String> known, Instant askedAt) {
        return known.filter(document -> Arrays.equals(document.getBytes(StandardCharsets.UTF_8), body))
                .map(document -> new CallReading(document, () -> read(body), askedAt))
                .orElseGet(() -> new CallReading(read(body), askedAt));
    }

    private static boolean isCall(JsonNode document) {
        for (String field : DOCUMENTED) {
            if (document.has(field)) {
                return document.isObject();
            }
        }
        return false;
    }

    /** Escapes unpaired surrogates as JSON does, since they cannot be written as UTF-8. */
    private static String writable(String document) {
        return hasSurrogate(document)
                ? UNPAIRED_SURROGATE
                        .matcher(document)
                        .replaceAll(
                                half -> "\\\\u%04x".formatted((int) half.group().charAt(0)))
                : document;
    }

    /** Nearly no text has one, and to look for pairs with a pattern costs more than the whole rest of a text. */
    private static boolean hasSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    private static String replaced(String text) {
        return hasSurrogate(text) ? UNPAIRED_SURROGATE.matcher(text).replaceAll("\uFFFD") : text;
    }

    private static JsonNode tree(byte[] body) {
        try {
            return READER.readTree(body);
        } catch (JsonProcessingException malformed) {
            throw new UpstreamFailure.Malformed("Vonage answered something that is not JSON.");
        } catch (IOException undecodable) {
            throw new UpstreamFailure.Malformed("Vonage answered text in an unknown encoding.");
        } catch (NumberFormatException tooLarge) {
            throw new UpstreamFailure.Malformed("Vonage answered a number that is too large.");
        }
    }

    private static Optional<String> status(JsonNode node) {
        return node.isContainerNode() ? Optional.of(node.toString()) : text(node);
    }

    private static CallDetail.Party party(JsonNode node) {
        return new CallDetail.Party(
                text(node.path("telephoneNumber")), text(node.path("presentedCLID")), text(node.path("agentId")));
    }

    private static Optional<CallDetail.Fault> fault(JsonNode node) {
        CallDetail.Fault fault =
                new CallDetail.Fault(text(node.path("code")), text(node.path("party")), text(node.path("reason")));
        boolean empty = fault.code().isEmpty()
                && fault.party().isEmpty()
                && fault.reason().isEmpty();
        return empty ? Optional.empty() : Optional.of(fault);
    }

    private static Optional<String> text(JsonNode node) {
        return node.isValueNode() && !node.isNull()
                ? Optional.of(node.asText()).map(CallDocuments::replaced)
                : Optional.empty();
    }
}
