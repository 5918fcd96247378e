package dev.callwatch.outbound;

import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Ends the connection of an answer that grows over 1 MiB while it still streams, whatever its status or declared length. The
 * request then fails with {@link BodyTooLarge} as a cause.
 */
final class BodyLimit implements Consumer<HttpClientRequest> {

    private static final int BYTES = 1 << 20;

    @Override
    public void accept(HttpClientRequest request) {
        request.response().onSuccess(response -> count(request, response));
    }

    private static void count(HttpClientRequest request, HttpClientResponse response) {
        AtomicLong received = new AtomicLong();
        // A handler of its own does not disturb the REST client, which collects the body beside it.
        response.handler(chunk -> {
            if (received.addAndGet(chunk.length()) > BYTES) {
                request.reset(0, new BodyTooLarge());
            }
        });
    }
}
