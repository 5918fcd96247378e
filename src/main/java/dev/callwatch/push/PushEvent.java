package dev.callwatch.push;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An event as it is delivered: the attributes of a CloudEvent (CloudEvents 1.0.2, section 3).
 *
 * @param id the same for each attempt to deliver it; {@code source} and {@code id} together name it
 * @param source the path of what it is about, below {@code callwatch.push.source}
 * @param sequence the revision, by which events of one subject are ordered
 * @param traceparent of the request that subscribed
 * @param data JSON
 */
public record PushEvent(
        String id,
        String source,
        String type,
        String subject,
        Instant time,
        OptionalLong sequence,
        Optional<String> traceparent,
        String data) {

    /** What an event takes beside its data, about. */
    private static final int BYTES_BESIDE_DATA = 600;

    /** How much memory it takes, about, in bytes. */
    int weight() {
        return BYTES_BESIDE_DATA + data.length();
    }
}
