package dev.callwatch.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.callwatch.call.CallStatus;
import jakarta.inject.Singleton;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Entity tags of call statuses: equal where nothing but observation times differs (RFC 9110, section 8.8.3). */
@Singleton
class EntityTags {

    private static final int BYTES = 8;
    private static final String WEAK = "W/";

    private final ObjectMapper json;

    EntityTags(ObjectMapper json) {
        this.json = json;
    }

    /** {@code W/"{revision}-{hash}"}. */
    String of(CallStatus status) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(json.writeValueAsBytes(status.withoutTimes()));
            String text = HexFormat.of().formatHex(Arrays.copyOf(hash, BYTES));
            return WEAK + '"' + status.revision() + '-' + text + '"';
        } catch (JsonProcessingException | NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Whether an {@code If-None-Match} names the tag, by weak comparison. */
    static boolean matches(List<String> ifNoneMatch, String tag) {
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
