package dev.callwatch.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Weigher;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.LookupOptions;
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
class StatusRenderer {

    /** Objects and texts of a status beside its document, about. */
    private static final int BYTES_BESIDE_DOCUMENT = 1_000;

    /** A tag, an array and the entries of the cache, beside the body itself, about. */
    private static final int BYTES_BESIDE_BODY = 300;

    /**
     * A status as it is sent.
     *
     * @param body JSON in UTF-8; not to be changed
     * @param tag its entity tag
     */
    record Representation(byte[] body, String tag) {}

    private final ObjectMapper json;
    private final EntityTags tags;
    private final Cache<CallStatus, Representation> made;
    private final Cache<CallStatus, CallStatus> masked;
    private final Cache<CallEvent, String> events;
    private final Cache<CallEvent, String> maskedEvents;

    /** @param options how much memory all of it may take */
    StatusRenderer(ObjectMapper json, EntityTags tags, LookupOptions options) {
        this.json = json;
        this.tags = tags;
        long eighth = options.renderedMemory() / 8;
        this.made = cache(
                4 * eighth,
                (CallStatus status, Representation representation) -> BYTES_BESIDE_BODY + representation.body().length);
        this.masked = cache(
                2 * eighth,
                (CallStatus status, CallStatus shown) ->
                        BYTES_BESIDE_DOCUMENT + shown.vonage().length());
        this.events = cache(eighth, StatusRenderer::weight);
        this.maskedEvents = cache(eighth, StatusRenderer::weight);
    }

    private static <K, V> Cache<K, V> cache(long mostBytes, Weigher<K, V> weigher) {
        return Caffeine.newBuilder()
                // By identity, and gone with the status or event itself.
                .weakKeys()
                .maximumWeight(mostBytes)
                .weigher(weigher)
                // As the cache of calls has it.
                .executor(Runnable::run)
                .build();
    }

    private static int weight(CallEvent event, String text) {
        return BYTES_BESIDE_BODY + text.length();
    }

    /** A status as those see it who may see numbers, or may not. */
    Representation of(CallStatus status, boolean numbers) {
        return made.get(shown(status, numbers), this::make);
    }

    /** What those may know of a status who may see numbers, or may not. */
    CallStatus shown(CallStatus status, boolean numbers) {
        return numbers ? status : masked.get(status, Masking::of);
    }

    /** An event as JSON on one line, as those see it who may see numbers, or may not. */
    String of(CallEvent event, boolean numbers) {
        return numbers
                ? events.get(event, made -> make(made, true))
                : maskedEvents.get(event, made -> make(made, false));
    }

    private String make(CallEvent event, boolean numbers) {
        String changes = event.changes().stream()
                .map(change -> '"' + change.wireName() + '"')
                .collect(Collectors.joining(",", "[", "]"));
        String call = new String(of(event.call(), numbers).body(), StandardCharsets.UTF_8);
        String previous = event.previous().map(String::valueOf).orElse("null");
        return "{\"type\":\"" + event.type().wireName() + "\",\"changes\":" + changes + ",\"previous\":" + previous
                + ",\"call\":" + call + "}";
    }

    private Representation make(CallStatus status) {
        try {
            return new Representation(json.writeValueAsBytes(status), tags.of(status));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
