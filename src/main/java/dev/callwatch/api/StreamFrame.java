package dev.callwatch.api;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Optional;

/** One piece of an event stream, before it takes the form of its media type. Safe for concurrent use. */
sealed interface StreamFrame {

    /** As a server-sent event (HTML, section 9.2). The same buffer for all who get the frame; not to be changed. */
    Buffer serverSentEvent();

    /** An event with data. Its bytes are made once for all who get it. */
    final class Event implements StreamFrame {

        private final String name;
        private final Optional<String> id;
        private final String data;
        private volatile Optional<Buffer> bytes = Optional.empty();

        /**
         * An event.
         *
         * @param name {@code status}, {@code problem}, {@code gap} or {@code end}
         * @param id {@code {guid}:{revision}}, or a position in the log of an account, to come back with
         * @param data JSON on one line
         */
        Event(String name, Optional<String> id, String data) {
            this.name = name;
            this.id = id;
            this.data = data;
        }

        String name() {
            return name;
        }

        Optional<String> id() {
            return id;
        }

        String data() {
            return data;
        }

        @Override
        public Buffer serverSentEvent() {
            Optional<Buffer> known = bytes;
            if (known.isEmpty()) {
                known = Optional.of(Buffer.buffer(
                        id.map(text -> "id:" + text + "\n").orElse("") + "event:" + name + "\ndata:" + data + "\n\n"));
                bytes = known;
            }
            return known.get();
        }
    }

    /** Nothing, so that nobody on the way takes the connection for dead. */
    record Heartbeat() implements StreamFrame {

        private static final Buffer COMMENT = Buffer.buffer(":\n\n");

        @Override
        public Buffer serverSentEvent() {
            return COMMENT;
        }
    }

    /** How long to wait before coming back, once the connection is gone. */
    record Retry(Duration after) implements StreamFrame {

        @Override
        public Buffer serverSentEvent() {
            return Buffer.buffer(":\nretry:" + after.toMillis() + "\n\n");
        }
    }
}
