package dev.callwatch.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.callwatch.call.CallStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What all observations of one content have in common on the wire: the entity tag, and the JSON before and after the observation
 * times. Most readings of a call find the content as it was, so only the times are written again. Safe for concurrent use.
 */
final class RenderedContent {

    private final ObjectMapper json;

    /** Vonage's document as it is known: the object itself stays as long as the content does. */
    private final String document;

    private final long revision;

    /** What may be seen, where that is not all. */
    private final Optional<CallStatus> masked;

    private final Supplier<String> tag;

    /** How many bytes of the JSON come before the revision; 0 where an observation cannot be put together from parts. */
    private final int head;

    /** How many bytes come after the times. */
    private final int tail;

    private volatile Rendered last;

    /**
     * Renders a status.
     *
     * @param original the status as it is known
     * @param shown what of it may be seen
     * @param tag computes the entity tag of that
     */
    RenderedContent(ObjectMapper json, CallStatus original, CallStatus shown, Supplier<String> tag) {
        this.json = json;
        this.document = original.vonage();
        this.revision = original.revision();
        this.masked = shown == original ? Optional.empty() : Optional.of(shown);
        this.tag = tag;
        byte[] body = write(shown);
        byte[] times = times(shown);
        byte[] end = (",\"vonage\":" + shown.vonage() + "}").getBytes(StandardCharsets.UTF_8);
        int before = body.length - times.length - end.length;
        boolean isOfParts = before > 0
                && Arrays.equals(times, 0, times.length, body, before, before + times.length)
                && Arrays.equals(end, 0, end.length, body, before + times.length, body.length);
        this.head = isOfParts ? before : 0;
        this.tail = end.length;
        this.last = new Rendered(original, new StatusRenderer.Representation(body, tag));
    }

    /** Whether a status differs from this one in nothing but revision, times and staleness. */
    boolean isOf(CallStatus status) {
        return status.vonage() == document;
    }

    /** The revision at which it was rendered first. */
    long revision() {
        return revision;
    }

    /** About how many bytes its texts take. */
    int weight() {
        return last.representation().body().length
                + masked.map(shown -> shown.vonage().length()).orElse(0);
    }

    /** What may be seen of an observation of this content. */
    CallStatus shown(CallStatus observation) {
        return masked.map(shown -> shown.withTimesOf(observation)).orElse(observation);
    }

    /** An observation of this content. */
    StatusRenderer.Representation at(CallStatus observation) {
        Rendered rendered = last;
        if (rendered.status() != observation) {
            byte[] body = body(observation, rendered.representation().body());
            rendered = new Rendered(observation, new StatusRenderer.Representation(body, tag));
            last = rendered;
        }
        return rendered.representation();
    }

    private byte[] body(CallStatus observation, byte[] other) {
        if (head == 0) {
            return write(shown(observation));
        }
        byte[] times = times(observation);
        byte[] body = Arrays.copyOf(other, head + times.length + tail);
        System.arraycopy(times, 0, body, head, times.length);
        System.arraycopy(other, other.length - tail, body, head + times.length, tail);
        return body;
    }

    /**
     * The members that differ between observations, as Jackson writes them: the constructor compares. Most of its time would go into
     * the same few moments.
     */
    private static byte[] times(CallStatus status) {
        CallStatus.Observed observed = status.observed();
        String at = text(observed.at());
        String times = "\"revision\":" + status.revision()
                + ",\"observed\":{\"at\":" + at
                + ",\"firstAt\":" + (observed.firstAt().equals(observed.at()) ? at : text(observed.firstAt()))
                + ",\"lastActiveAt\":"
                + (observed.lastActiveAt().filter(observed.at()::equals).isPresent()
                        ? at
                        : text(observed.lastActiveAt()))
                + ",\"firstEndedAt\":" + text(observed.firstEndedAt())
                + ",\"availableUntil\":" + text(observed.availableUntil())
                + "},\"stale\":" + status.stale();
        return times.getBytes(StandardCharsets.US_ASCII);
    }

    private static String text(Optional<Instant> moment) {
        return moment.map(RenderedContent::text).orElse("null");
    }

    private static String text(Instant moment) {
        return '"' + moment.toString() + '"';
    }

    private byte[] write(Object value) {
        try {
            return json.writeValueAsBytes(value);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The last observation that was rendered. */
    private record Rendered(CallStatus status, StatusRenderer.Representation representation) {}
}
