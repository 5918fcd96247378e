package dev.callwatch.api;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.callwatch.call.CallStatus;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What all observations of one content have in common on the wire: the entity tag, and the JSON before and after the observation
 * times. Most readings of a call find the content as it was, so only the times are written anew. Safe for concurrent use.
 */
final class RenderedContent {

    private final ObjectMapper json;
    private final CallStatus original;
    private final CallStatus shown;
    private final String tag;

    /** The JSON before the revision; empty where an observation cannot be put together from parts. */
    private final byte[] head;

    private volatile Rendered last;

    /**
     * Renders a status.
     *
     * @param original the status as it is known
     * @param shown what of it may be seen
     * @param tag the entity tag of that
     */
    RenderedContent(ObjectMapper json, CallStatus original, CallStatus shown, String tag) {
        this.json = json;
        this.original = original;
        this.shown = shown;
        this.tag = tag;
        byte[] body = write(shown);
        byte[] times = times(shown);
        byte[] tail = tail();
        int before = body.length - times.length - tail.length;
        byte[] prefix = before > 0 ? Arrays.copyOf(body, before) : new byte[0];
        this.head = Arrays.equals(joined(prefix, times, tail), body) ? prefix : new byte[0];
        this.last = new Rendered(original, new StatusRenderer.Representation(body, tag));
    }

    /**
     * Whether a status differs from this one in nothing but revision, times and staleness: as long as the content stays, so does
     * the object that holds its document.
     */
    boolean isOf(CallStatus status) {
        return status.vonage() == original.vonage();
    }

    /** The revision at which it was rendered first. */
    long revision() {
        return original.revision();
    }

    /** About how many bytes it takes. */
    int weight() {
        int document = shown == original ? 0 : shown.vonage().length();
        return head.length + last.representation().body().length + document;
    }

    /** What may be seen of an observation of this content. */
    CallStatus shown(CallStatus observation) {
        return shown == original ? observation : shown.withTimesOf(observation);
    }

    /** An observation of this content. */
    StatusRenderer.Representation at(CallStatus observation) {
        Rendered rendered = last;
        if (rendered.status() != observation) {
            rendered = new Rendered(observation, new StatusRenderer.Representation(body(observation), tag));
            last = rendered;
        }
        return rendered.representation();
    }

    private byte[] body(CallStatus observation) {
        return head.length == 0 ? write(shown(observation)) : joined(head, times(observation), tail());
    }

    /** The members that differ between observations, without braces. */
    private byte[] times(CallStatus status) {
        byte[] object = write(new Times(status.revision(), status.observed(), status.stale()));
        return Arrays.copyOfRange(object, 1, object.length - 1);
    }

    private byte[] tail() {
        return (",\"vonage\":" + shown.vonage() + "}").getBytes(StandardCharsets.UTF_8);
    }

    private byte[] write(Object value) {
        try {
            return json.writeValueAsBytes(value);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static byte[] joined(byte[] head, byte[] times, byte[] tail) {
        byte[] body = Arrays.copyOf(head, head.length + times.length + tail.length);
        System.arraycopy(times, 0, body, head.length, times.length);
        System.arraycopy(tail, 0, body, head.length + times.length, tail.length);
        return body;
    }

    /** The last observation that was rendered. */
    private record Rendered(CallStatus status, StatusRenderer.Representation representation) {}

    /** What differs between two observations, in the order of {@link CallStatus}. */
    @JsonPropertyOrder({"revision", "observed", "stale"})
    @RegisterForReflection
    record Times(long revision, CallStatus.Observed observed, boolean stale) {}
}
