package dev.callwatch.outbound;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Ends the connection of an answer that grows over 1 MiB while it still streams, whatever its status or declared length: the
 * request then fails with {@link BodyTooLarge} as a cause. Answers above 64 KiB that arrive at the same time may take a sixteenth of
 * the heap together: more of them are not read for up to 250 ms, which hold a connection, and then end with {@link TooMuchInFlight}.
 */
final class BodyLimit implements Consumer<HttpClientRequest> {

    private static final int BYTES = 1 << 20;
    private static final int SMALL = 64 << 10;
    private static final int SHARE_OF_HEAP = 16;
    private static final Duration LONGEST_WAIT = Duration.ofMillis(250);

    /** Of all clients: they share the heap. Not made with the class, which a native executable does while it is built. */
    private static Optional<InFlight> shared = Optional.empty();

    private final InFlight large = shared();

    @Override
    public void accept(HttpClientRequest request) {
        request.response().onSuccess(response -> new Counting(request, response, large).begin());
    }

    static synchronized InFlight shared() {
        if (shared.isEmpty()) {
            shared = Optional.of(
                    new InFlight(Math.max(4L * BYTES, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP)));
        }
        return shared.get();
    }

    /** One answer, on its event loop. */
    private static final class Counting {

        private final HttpClientRequest request;
        private final HttpClientResponse response;
        private final InFlight large;
        private final long declared;
        private final AtomicLong received = new AtomicLong();
        private long held;
        private boolean ended;

        private Counting(HttpClientRequest request, HttpClientResponse response, InFlight large) {
            this.request = request;
            this.response = response;
            this.large = large;
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
                large.give(held);
                held = 0;
            });
            if (declared > SMALL && declared <= BYTES) {
                hold(declared);
            }
        }

        private void hold(long bytes) {
            if (large.take(bytes)) {
                held += bytes;
                return;
            }
            Context context = Vertx.currentContext();
            response.pause();
            InFlight.Waiter waiter = new InFlight.Waiter(bytes, () -> context.runOnContext(now -> granted(bytes)));
            large.await(waiter);
            context.owner().setTimer(LONGEST_WAIT.toMillis(), passed -> {
                if (large.withdraw(waiter)) {
                    request.reset(0, new TooMuchInFlight());
                }
            });
        }

        private void granted(long bytes) {
            if (ended) {
                large.give(bytes);
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
