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
        if (frame instanceof StreamFrame.Event told) {
            String id = told.id().map(known -> '"' + known + '"').orElse("null");
            return new Line("{\"event\":\"" + told.name() + "\",\"id\":" + id + ",\"data\":" + told.data() + "}");
        }
        return HEARTBEAT;
    }
}
