package dev.callwatch.api;

import java.time.Duration;
import java.util.Optional;

/** One piece of an event stream, before it takes the form of its media type. */
sealed interface StreamFrame {

    /**
     * Something to tell.
     *
     * @param name {@code status}, {@code problem}, {@code gap} or {@code end}
     * @param id {@code {guid}:{revision}}, or a position in the log of an account, to come back with
     * @param data JSON on one line
     */
    record Event(String name, Optional<String> id, String data) implements StreamFrame {}

    /** Nothing, so that nobody on the way takes the connection for dead. */
    record Heartbeat() implements StreamFrame {}

    /** How long to wait before coming back, once the connection is gone. */
    record Retry(Duration after) implements StreamFrame {}
}
