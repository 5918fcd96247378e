package dev.callwatch.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.callwatch.access.Sha256;
import dev.callwatch.call.CallStatus;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Entity tags of call statuses (RFC 9110, section 8.8.3): a hash of the content, without observation times, revision and
 * staleness. So they are the same on every replica and after a restart.
 */
@Singleton
class EntityTags {

    /** Of the hash: equal tags of different content are as likely as guessing a 128-bit key. */
    private static final int BYTES = 16;

    private static final String WEAK = "W/";

    /** The order of fields has no meaning, and the digits of numbers have to stay. */
    private static final JsonMapper CANONICAL = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private final ObjectMapper json;

    EntityTags(ObjectMapper json) {
        this.json = json;
    }

    /** {@code W/"{hash}"}. */
    String of(CallStatus status) {
        try {
            byte[] content = canonical(json.writeValueAsBytes(status.withoutTimes()));
            byte[] hash = Sha256.of(content);
            return WEAK + '"' + HexFormat.of().formatHex(Arrays.copyOf(hash, BYTES)) + '"';
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static byte[] canonical(byte[] content) {
        try {
            return CANONICAL.writeValueAsBytes(CANONICAL.readValue(content, Object.class));
        } catch (IOException unreadable) {
            // A number of extreme length may be written and not read; then the order of fields counts.
            return content;
        }
    }

    /** Whether an {@code If-None-Match} names the tag, by weak comparison. */
    static boolean matches(List<String> ifNoneMatch, String tag) {
        return !ifNoneMatch.isEmpty() && isNamed(ifNoneMatch, tag);
    }

    private static boolean isNamed(List<String> ifNoneMatch, String tag) {
        return ifNoneMatch.stream()
                .flatMap(line -> Stream.of(line.split(",")))
                .map(String::strip)
                .anyMatch(
                        candidate -> candidate.equals("*") || opaque(candidate).equals(opaque(tag)));
    }

    private static String opaque(String tag) {
        return tag.startsWith(WEAK) ? tag.substring(WEAK.length()) : tag;
    }
}
