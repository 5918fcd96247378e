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

    /** A content that was asked for, with its key, its tag and the entry of the cache, about. */
    private static final int BYTES_OF_REQUESTED = 280;

    /** The array and the entry of the cache beside one event, about. */
    private static final int BYTES_BESIDE_EVENT = 500;

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

    private final StatusWriter writer;
    private final EntityTags tags;

    /** To compute a tag costs more than to write the answer, and it takes a sixth of the memory. */
    private final Cache<Audience, RequestedContent> requested;

    /** Those that are asked for more than once. */
    private final Cache<Audience, RenderedContent> contents;

    private final Cache<CallEvent, StreamFrame.Event> events;
    private final Cache<CallEvent, StreamFrame.Event> maskedEvents;

    /** @param options how much memory all of it may take */
    StatusRenderer(ObjectMapper json, EntityTags tags, LookupOptions options) {
        this.writer = new StatusWriter(json);
        this.tags = tags;
        long eighth = options.renderedMemory() / 8;
        this.requested = Caffeine.newBuilder()
                .maximumWeight(3 * eighth)
                .weigher((Audience audience, RequestedContent content) -> BYTES_OF_REQUESTED)
                .executor(Runnable::run)
                .build();
        this.contents = Caffeine.newBuilder()
                .maximumWeight(3 * eighth)
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
        RequestedContent content = requested(audience, status);
        boolean again = isRequestedAgain(content.request(status), numbers);
        RenderedContent rendered = new RenderedContent(
                writer, status, numbers ? status : Masking.of(status), shown -> content.tag(() -> tags.of(shown)));
        // A stream may replay what is older than what look-ups get.
        if (again && (known == null || known.revision() <= rendered.revision())) {
            contents.put(audience, rendered);
        }
        return rendered;
    }

    private RequestedContent requested(Audience audience, CallStatus status) {
        RequestedContent known = requested.getIfPresent(audience);
        if (known != null && known.isOf(status)) {
            return known;
        }
        RequestedContent content = new RequestedContent(status);
        requested.put(audience, content);
        return content;
    }

    /** Whether to keep what is rendered: not where every request reads the call, unless it has to be masked, which takes long. */
    private static boolean isRequestedAgain(RequestedContent.Request request, boolean numbers) {
        return switch (request) {
            case FIRST -> false;
            case OF_ANOTHER_OBSERVATION -> !numbers;
            case OF_THE_SAME_OBSERVATION -> true;
        };
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
                .weigher((CallEvent event, StreamFrame.Event frame) -> BYTES_BESIDE_EVENT + frame.length())
                .executor(Runnable::run)
                .build();
    }

    private StreamFrame.Event make(CallEvent event, boolean numbers) {
        String changes = event.changes().stream()
                .map(change -> '"' + change.wireName() + '"')
                .collect(Collectors.joining(",", "[", "]"));
        String previous = event.previous().map(String::valueOf).orElse("null");
        String first = "{\"type\":\"" + event.type().wireName() + "\",\"changes\":" + changes + ",\"previous\":"
                + previous + ",\"call\":";
        CallGuid guid = new CallGuid(event.call().id());
        String id = LastEventId.of(guid, event.call().revision());
        byte[] call = of(event.call(), numbers).body();
        return new StreamFrame.Event("status", Optional.of(id), first, call, "}");
    }

    /** A call, and whether those who see it may see numbers. */
    private record Audience(String account, String call, boolean numbers) {}
}
