package dev.callwatch.outbound;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Ends the connection of an answer that grows over 1 MiB while it still streams, whatever its status or declared length: the
 * request then fails with {@link BodyTooLarge} as a cause. Answers above 64 KiB that arrive at the same time may take a sixteenth of
 * the heap together: more of them are not read for up to 1 s, and then end with {@link TooMuchInFlight}.
 */
final class BodyLimit implements Consumer<HttpClientRequest> {

    private static final int BYTES = 1 << 20;
    private static final int SMALL = 64 << 10;
    private static final int SHARE_OF_HEAP = 16;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    /** Of all clients: they share the heap. */
    private static final InFlight LARGE =
            new InFlight(Math.max(4L * BYTES, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP));

    @Override
    public void accept(HttpClientRequest request) {
        request.response().onSuccess(response -> new Counting(request, response).begin());
    }

    /** One answer, on its event loop. */
    private static final class Counting {

        private final HttpClientRequest request;
        private final HttpClientResponse response;
        private final long declared;
        private final AtomicLong received = new AtomicLong();
        private long held;
        private boolean ended;

        private Counting(HttpClientRequest request, HttpClientResponse response) {
            this.request = request;
            this.response = response;
            this.declared = declaredLength(response);
        }

        private void begin() {
            // A handler of its own does not disturb the REST client, which collects the body beside it.
            response.handler(chunk -> {
                long all = received.addAndGet(chunk.length());
                if (all > BYTES) {
                    request.reset(0, new BodyTooLarge());
                } else if (all > SMALL && all > held) {
                    hold(all - held);
                }
            });
            response.end().onComplete(end -> {
                ended = true;
                LARGE.give(held);
                held = 0;
            });
            if (declared > SMALL && declared <= BYTES) {
                hold(declared);
            }
        }

        private void hold(long bytes) {
            if (LARGE.take(bytes)) {
                held += bytes;
                return;
            }
            Context context = Vertx.currentContext();
            response.pause();
            InFlight.Waiter waiter = new InFlight.Waiter(bytes, () -> context.runOnContext(now -> granted(bytes)));
            LARGE.await(waiter);
            context.owner().setTimer(LONGEST_WAIT.toMillis(), passed -> {
                if (LARGE.withdraw(waiter)) {
                    request.reset(0, new TooMuchInFlight());
                }
            });
        }

        private void granted(long bytes) {
            if (ended) {
                LARGE.give(bytes);
            } else {
                held += bytes;
                response.resume();
            }
        }

        private static long declaredLength(HttpClientResponse response) {
            String length = response.getHeader(HttpHeaders.CONTENT_LENGTH);
            try {
                return length == null ? 0 : Long.parseLong(length);
            } catch (NumberFormatException malformed) {
                return 0;
            }
        }
    }
}
