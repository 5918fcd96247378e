package dev.callwatch.api;

import dev.callwatch.call.CallStatus;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/**
 * What all observations of one content have in common on the wire: the entity tag, and the JSON before and after the observation
 * times. Most readings of a call find the content as it was, so only the times are written again. Safe for concurrent use.
 */
final class RenderedContent {

    /** Vonage's document as it is known: the object itself stays as long as the content does. */
    private final String document;

    private final long revision;

    /** What may be seen, where that is not all. */
    private final Optional<CallStatus> masked;

    private final Function<CallStatus, String> tag;

    /** How many bytes of the JSON come before the times. */
    private final int head;

    /** How many bytes come after the times. */
    private final int tail;

    private volatile Rendered last;

    /**
     * Renders a status.
     *
     * @param original the status as it is known
     * @param shown what of it may be seen
     * @param tag the entity tag of what may be seen
     */
    RenderedContent(StatusWriter writer, CallStatus original, CallStatus shown, Function<CallStatus, String> tag) {
        this.document = original.vonage();
        this.revision = original.revision();
        this.masked = shown == original ? Optional.empty() : Optional.of(shown);
        this.tag = tag;
        StatusWriter.Written written = writer.write(shown);
        this.head = written.head();
        this.tail = written.tail();
        this.last = rendered(original, written.body());
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
            rendered = rendered(
                    observation, body(observation, rendered.representation().body()));
            last = rendered;
        }
        return rendered.representation();
    }

    private Rendered rendered(CallStatus observation, byte[] body) {
        // All observations have the same tag.
        return new Rendered(
                observation, new StatusRenderer.Representation(body, () -> tag.apply(masked.orElse(observation))));
    }

    private byte[] body(CallStatus observation, byte[] other) {
        byte[] times = StatusWriter.times(observation).getBytes(StandardCharsets.US_ASCII);
        byte[] body = Arrays.copyOf(other, head + times.length + tail);
        System.arraycopy(times, 0, body, head, times.length);
        System.arraycopy(other, other.length - tail, body, head + times.length, tail);
        return body;
    }

    /** The last observation that was rendered. */
    private record Rendered(CallStatus status, StatusRenderer.Representation representation) {}
}
