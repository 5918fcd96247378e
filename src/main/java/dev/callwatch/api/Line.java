package dev.callwatch.api;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * A line of a stream, written as it is.
 *
 * @param json JSON, or nothing for a heartbeat
 */
public record Line(@JsonValue @JsonRawValue String json) {

    private static final Line HEARTBEAT = new Line("");

    static Line of(StreamFrame frame) {
        if (frame instanceof StreamFrame.Event event) {
            String id = event.id().map(known -> '"' + known + '"').orElse("null");
            return new Line("{\"event\":\"" + event.name() + "\",\"id\":" + id + ",\"data\":" + event.data() + "}");
        }
        return HEARTBEAT;
    }
}
