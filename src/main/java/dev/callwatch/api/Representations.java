package dev.callwatch.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.callwatch.call.CallStatus;
import dev.callwatch.watch.CallEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/** What statuses and events look like on the wire, made once however many ask for them. */
@Singleton
// Caffeine finds the classes it generated for this mix of features by their names.
@RegisterForReflection(
        classNames = {"com.github.benmanes.caffeine.cache.WSMW", "com.github.benmanes.caffeine.cache.FSMW"})
class Representations {

    /** Beside what is remembered of calls. */
    private static final long MOST_BYTES = 16L << 20;

    /**
     * A status as it is sent.
     *
     * @param body JSON in UTF-8; not to be changed
     * @param tag its entity tag
     */
    record Representation(byte[] body, String tag) {}

    private final ObjectMapper json;
    private final EntityTags tags;
    private final Cache<CallStatus, Representation> made = Caffeine.newBuilder()
            // By identity, and gone with the status itself.
            .weakKeys()
            .maximumWeight(MOST_BYTES)
            .weigher((CallStatus status, Representation representation) -> representation.body().length)
            .build();

    private final Cache<CallEvent, String> events = Caffeine.newBuilder()
            .weakKeys()
            .maximumWeight(MOST_BYTES)
            .weigher((CallEvent event, String text) -> text.length())
            .build();

    Representations(ObjectMapper json, EntityTags tags) {
        this.json = json;
        this.tags = tags;
    }

    Representation of(CallStatus status) {
        return made.get(status, this::make);
    }

    /** An event as JSON on one line. */
    String of(CallEvent event) {
        return events.get(event, this::make);
    }

    private String make(CallEvent event) {
        String changes = event.changes().stream()
                .map(change -> '"' + change.wireName() + '"')
                .collect(Collectors.joining(",", "[", "]"));
        String call = new String(of(event.call()).body(), StandardCharsets.UTF_8);
        return "{\"type\":\"" + event.type().wireName() + "\",\"changes\":" + changes + ",\"call\":" + call + "}";
    }

    private Representation make(CallStatus status) {
        try {
            return new Representation(json.writeValueAsBytes(status), tags.of(status));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
