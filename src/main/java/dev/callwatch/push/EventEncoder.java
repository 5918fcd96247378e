package dev.callwatch.push;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.http.HttpMessageFactory;
import io.cloudevents.jackson.JsonFormat;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes events as requests (CloudEvents 1.0.2: JSON format, HTTP protocol binding; extensions partitioning, sequence, tracing). */
final class EventEncoder {

    private static final String JSON = "application/json";

    /** Not looked up as a service: that would need reflection. */
    private static final JsonFormat FORMAT = new JsonFormat();

    /**
     * A request without its target.
     *
     * @param headers by their names
     * @param body as it is signed and sent
     */
    record Encoded(Map<String, String> headers, byte[] body) {}

    private EventEncoder() {}

    /**
     * Encodes an event.
     *
     * @param extensions further attributes, by their names in lower case
     */
    static Encoded encode(PushEvent event, ContentMode mode, Map<String, String> extensions) {
        Map<String, String> headers = new LinkedHashMap<>();
        byte[][] body = new byte[1][];
        var writer = HttpMessageFactory.createWriter(headers::put, bytes -> body[0] = bytes);
        if (mode == ContentMode.BINARY) {
            writer.writeBinary(cloudEvent(event, extensions));
        } else {
            writer.writeStructured(cloudEvent(event, extensions), FORMAT);
        }
        return new Encoded(headers, body[0]);
    }

    private static CloudEvent cloudEvent(PushEvent event, Map<String, String> extensions) {
        CloudEventBuilder builder = CloudEventBuilder.v1()
                .withId(event.id())
                .withSource(URI.create(event.source()))
                .withType(event.type())
                .withSubject(event.subject())
                .withTime(event.time().atOffset(ZoneOffset.UTC))
                .withData(JSON, event.data().getBytes(StandardCharsets.UTF_8));
        event.sequence()
                .ifPresent(sequence -> builder.withExtension("sequence", Long.toString(sequence))
                        .withExtension("partitionkey", event.subject()));
        event.traceparent().ifPresent(traceparent -> builder.withExtension("traceparent", traceparent));
        extensions.forEach(builder::withExtension);
        return builder.build();
    }
}
