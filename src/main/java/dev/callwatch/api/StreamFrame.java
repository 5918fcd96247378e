package dev.callwatch.api;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Optional;

/** One piece of an event stream, before it takes the form of its media type. Safe for concurrent use. */
sealed interface StreamFrame {

    /** As a server-sent event (HTML, section 9.2). The same buffer for all who get the frame; not to be changed. */
    Buffer serverSentEvent();

    /** An event with data. It keeps its bytes only, made once for all who get it: documents may be large. */
    final class Event implements StreamFrame {

        private static final String END = "\n\n";

        private final String name;
        private final Optional<String> id;
        private final Buffer bytes;

        /** Where in the bytes the data begin. */
        private final int begin;

        /**
         * An event.
         *
         * @param name {@code status}, {@code problem}, {@code gap} or {@code end}
         * @param id {@code {guid}:{revision}}, or a position in the log of an account, to come back with
         * @param data JSON on one line
         */
        Event(String name, Optional<String> id, String data) {
            this(name, id, data, new byte[0], "");
        }

        /** An event whose data are a text, JSON in UTF-8, and another text, on one line together. */
        Event(String name, Optional<String> id, String first, byte[] json, String last) {
            this(
                    name,
                    id,
                    Buffer.buffer(first.length() + json.length + last.length())
                            .appendString(first)
                            .appendBytes(json)
                            .appendString(last));
        }

        private Event(String name, Optional<String> id, Buffer data) {
            this.name = name;
            this.id = id;
            String head = id.map(text -> "id:" + text + "\n").orElse("") + "event:" + name + "\ndata:";
            this.begin = head.length();
            this.bytes = Buffer.buffer(begin + data.length() + END.length())
                    .appendString(head)
                    .appendBuffer(data)
                    .appendString(END);
        }

        /** The same event in the log of an account. */
        Event at(String position) {
            return new Event(name, Optional.of(position), bytes.slice(begin, bytes.length() - END.length()));
        }

        String name() {
            return name;
        }

        Optional<String> id() {
            return id;
        }

        /** JSON on one line. */
        String data() {
            return bytes.getString(begin, bytes.length() - END.length());
        }

        /** In bytes. */
        int length() {
            return bytes.length();
        }

        @Override
        public Buffer serverSentEvent() {
            return bytes;
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
