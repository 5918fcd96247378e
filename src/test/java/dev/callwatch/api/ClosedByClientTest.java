package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.StreamResetException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ClosedByClientTest {

    @Test
    void a_closed_connection_and_a_reset_stream_are_recognised_below_other_failures() {
        Throwable closed = new HttpClosedException("Stream was closed");
        assertThat(ClosedByClient.isCauseOf(closed)).isTrue();
        assertThat(ClosedByClient.isCauseOf(new IOException(new IOException("Failed to write", closed))))
                .isTrue();
        assertThat(ClosedByClient.isCauseOf(new IOException(new StreamResetException(8))))
                .isTrue();
    }

    @Test
    void other_failures_are_not() {
        assertThat(ClosedByClient.isCauseOf(new IOException("No space left on device")))
                .isFalse();
        assertThat(ClosedByClient.isCauseOf(new IllegalStateException(new IOException())))
                .isFalse();
    }
}
