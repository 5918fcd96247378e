package dev.callwatch.api;

import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.StreamResetException;
import java.util.Objects;
import java.util.stream.Stream;

/** Recognises failures to write an answer because the client closed the connection, or reset the stream. */
final class ClosedByClient {

    private ClosedByClient() {}

    /**
     * Whether a failure or one of its causes says so. A worker thread may get the failure before the response says that it is
     * closed.
     */
    static boolean isCauseOf(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .anyMatch(cause -> cause instanceof HttpClosedException || cause instanceof StreamResetException);
    }
}
