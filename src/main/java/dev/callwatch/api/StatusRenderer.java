package dev.callwatch.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.LookupOptions;
import dev.callwatch.push.EventData;
import dev.callwatch.watch.CallEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What statuses and events look like on the wire, made once however many ask for them. Safe for concurrent use. */
@Singleton
// Caffeine finds the classes it generated for this mix of features by their names.
@RegisterForReflection(
        classNames = {
            "com.github.benmanes.caffeine.cache.SSMW",
            "com.github.benmanes.caffeine.cache.PSMW",
            "com.github.benmanes.caffeine.cache.WSMW",
            "com.github.benmanes.caffeine.cache.FSMW"
        })
class StatusRenderer implements EventData {

    /** Objects, keys and entries of the cache beside the bodies of one call, about. */
    private static final int BYTES_BESIDE_BODIES = 600;

    /** A tag with its key and the entry of the cache, about. */
    private static final int BYTES_OF_TAG = 350;

    /** The array and the entry of the cache beside one event, about. */
    private static final int BYTES_BESIDE_EVENT = 500;

    /** The text of an event, and the bytes of the frame. */
    private static final int COPIES_OF_EVENT = 2;

    /**
     * A status as it is sent.
     *
     * @param body JSON in UTF-8; not to be changed
     * @param entityTag computes its entity tag, which batches and streams do not need
     */
    record Representation(byte[] body, Supplier<String> entityTag) {

        String tag() {
            return entityTag.get();
        }
    }

    private final ObjectMapper json;
    private final EntityTags tags;

    /** To compute one costs more than to write the answer, and it takes a fifth of the memory. */
    private final Cache<Audience, KnownTag> knownTags;

    private final Cache<Audience, RenderedContent> contents;
    private final Cache<CallEvent, StreamFrame.Event> events;
    private final Cache<CallEvent, StreamFrame.Event> maskedEvents;

    /** @param options how much memory all of it may take */
    StatusRenderer(ObjectMapper json, EntityTags tags, LookupOptions options) {
        this.json = json;
        this.tags = tags;
        long eighth = options.renderedMemory() / 8;
        this.knownTags = Caffeine.newBuilder()
                .maximumWeight(2 * eighth)
                .weigher((Audience audience, KnownTag tag) -> BYTES_OF_TAG)
                .executor(Runnable::run)
                .build();
        this.contents = Caffeine.newBuilder()
                .maximumWeight(4 * eighth)
                .weigher((Audience audience, RenderedContent content) -> BYTES_BESIDE_BODIES + content.weight())
                // A hand-over to the common pool for each write costs more than the maintenance itself.
                .executor(Runnable::run)
                .build();
        this.events = events(eighth);
        this.maskedEvents = events(eighth);
    }

    /** A status as those see it who may see numbers, or may not. */
    Representation of(CallStatus status, boolean numbers) {
        return content(status, numbers).at(status);
    }

    /** What those may know of a status who may see numbers, or may not. */
    CallStatus shown(CallStatus status, boolean numbers) {
        return numbers ? status : content(status, false).shown(status);
    }

    private RenderedContent content(CallStatus status, boolean numbers) {
        Audience audience = new Audience(status.account(), status.id(), numbers);
        RenderedContent known = contents.getIfPresent(audience);
        if (known != null && known.isOf(status)) {
            return known;
        }
        CallStatus shown = numbers ? status : Masking.of(status);
        RenderedContent content = new RenderedContent(json, status, shown, new Tag(() -> tag(audience, status, shown)));
        // A stream may replay what is older than what look-ups get.
        if (known == null || known.revision() <= content.revision()) {
            contents.put(audience, content);
        }
        return content;
    }

    private String tag(Audience audience, CallStatus status, CallStatus shown) {
        KnownTag known = knownTags.getIfPresent(audience);
        if (known != null && known.isOf(status)) {
            return known.tag();
        }
        String tag = tags.of(shown);
        knownTags.put(audience, new KnownTag(status.revision(), status.vonage().hashCode(), tag));
        return tag;
    }

    /** An event as JSON on one line, as those see it who may see numbers, or may not. */
    @Override
    public String of(CallEvent event, boolean numbers) {
        return frame(event, numbers).data();
    }

    /** An event as those who follow its call get it. */
    StreamFrame.Event frame(CallEvent event, boolean numbers) {
        return numbers
                ? events.get(event, made -> make(made, true))
                : maskedEvents.get(event, made -> make(made, false));
    }

    private static Cache<CallEvent, StreamFrame.Event> events(long mostBytes) {
        return Caffeine.newBuilder()
                // Weak keys compare by identity, which is cheap, and an entry goes with its event.
                .weakKeys()
                .maximumWeight(mostBytes)
                .weigher((CallEvent event, StreamFrame.Event frame) ->
                        BYTES_BESIDE_EVENT + COPIES_OF_EVENT * frame.data().length())
                .executor(Runnable::run)
                .build();
    }

    private StreamFrame.Event make(CallEvent event, boolean numbers) {
        String changes = event.changes().stream()
                .map(change -> '"' + change.wireName() + '"')
                .collect(Collectors.joining(",", "[", "]"));
        String call = new String(of(event.call(), numbers).body(), StandardCharsets.UTF_8);
        String previous = event.previous().map(String::valueOf).orElse("null");
        String data = "{\"type\":\"" + event.type().wireName() + "\",\"changes\":" + changes + ",\"previous\":"
                + previous + ",\"call\":" + call + "}";
        CallGuid guid = new CallGuid(event.call().id());
        String id = LastEventId.of(guid, event.call().revision());
        return new StreamFrame.Event("status", Optional.of(id), data);
    }

    /**
     * The tag of a revision.
     *
     * @param document the hash of Vonage's document: replicas that did not reach each other may have used a number twice
     */
    private record KnownTag(long revision, int document, String tag) {

        private boolean isOf(CallStatus status) {
            return revision == status.revision() && document == status.vonage().hashCode();
        }
    }

    /** A tag that is computed for the first caller that asks for it, and again for callers that ask meanwhile. */
    private static final class Tag implements Supplier<String> {

        private volatile Supplier<String> tag;
        private volatile boolean known;

        private Tag(Supplier<String> computation) {
            this.tag = computation;
        }

        @Override
        public String get() {
            String text = tag.get();
            if (!known) {
                // The supplier so far is let go, with all that it needed to compute the tag.
                tag = () -> text;
                known = true;
            }
            return text;
        }
    }

    /** A call, and whether those who see it may see numbers. */
    private record Audience(String account, String call, boolean numbers) {}
}
