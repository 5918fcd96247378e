package dev.callwatch.push;

import io.vertx.core.buffer.Buffer;
import jakarta.inject.Singleton;
import java.util.Map;

/**
 * Events as requests. The last one is kept, because what changes is delivered to all its sinks at once, and most of them get the same.
 * Safe for concurrent use.
 */
@Singleton
class EncodedEvents {

    /**
     * A request without its target. Not to be changed: others send it too.
     *
     * @param body the same as what is encoded
     */
    record Request(
            PushEvent event,
            ContentMode mode,
            Map<String, String> extensions,
            EventEncoder.Encoded encoded,
            Buffer body) {

        private boolean isOf(PushEvent other, ContentMode otherMode, Map<String, String> otherExtensions) {
            // To compare the events themselves would cost more than most sinks save.
            return event == other && mode == otherMode && extensions.equals(otherExtensions);
        }
    }

    private volatile Request last;

    /**
     * Encodes an event.
     *
     * @param extensions further attributes, by their names in lower case
     */
    Request of(PushEvent event, ContentMode mode, Map<String, String> extensions) {
        Request known = last;
        if (known != null && known.isOf(event, mode, extensions)) {
            return known;
        }
        EventEncoder.Encoded encoded = EventEncoder.encode(event, mode, extensions);
        Request request = new Request(event, mode, extensions, encoded, Buffer.buffer(encoded.body()));
        last = request;
        return request;
    }
}
