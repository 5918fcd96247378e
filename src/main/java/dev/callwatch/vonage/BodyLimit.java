package dev.callwatch.vonage;

import dev.callwatch.call.UpstreamFailure;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Cuts off an answer that grows over 1 MiB while it still streams, whatever its status or declared length. */
final class BodyLimit implements Consumer<HttpClientRequest> {

    static final int BYTES = 1 << 20;

    @Override
    public void accept(HttpClientRequest request) {
        request.response().onSuccess(response -> count(request, response));
    }

    private static void count(HttpClientRequest request, HttpClientResponse response) {
        AtomicLong received = new AtomicLong();
        // A handler of its own does not disturb the REST client, which collects the body beside it.
        response.handler(chunk -> {
            if (received.addAndGet(chunk.length()) > BYTES) {
                request.reset(0, new UpstreamFailure.Malformed("Vonage answered more than 1 MiB."));
            }
        });
    }
}
