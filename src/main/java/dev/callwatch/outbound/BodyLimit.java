package dev.callwatch.outbound;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Ends the connection of an answer that grows over 1 MiB while it still streams, whatever its status or declared length: the
 * request then fails with {@link BodyTooLarge} as a cause. Answers above 64 KiB that arrive or are {@linkplain OutboundClients#keep kept}
 * at the same time may take a sixteenth of the heap together. Others are not read until there is room for them, in their order, which
 * holds a connection each. Those that find none in time end with {@link TooMuchInFlight}.
 */
final class BodyLimit implements Consumer<HttpClientRequest> {

    private static final int BYTES = 1 << 20;
    private static final int SMALL = 64 << 10;
    private static final int SHARE_OF_HEAP = 16;

    /** With a long queue: small answers would find no connection. */
    private static final Duration LONGEST_WAIT_IN_LONG_QUEUE = Duration.ofMillis(250);

    /** Of all clients: they share the heap. Not made with the class, which a native executable does while it is built. */
    private static Optional<InFlight> shared = Optional.empty();

    private final InFlight large;
    private final Duration longestWait;

    /** @param longestWait for room; 250 ms at most behind 25 others that want a sixteenth of the heap together */
    BodyLimit(Duration longestWait) {
        this(shared(), longestWait);
    }

    BodyLimit(InFlight large, Duration longestWait) {
        this.large = large;
        this.longestWait = longestWait;
    }

    @Override
    public void accept(HttpClientRequest request) {
        request.response().onSuccess(response -> new Counting(request, response).begin());
    }

    static synchronized InFlight shared() {
        if (shared.isEmpty()) {
            shared = Optional.of(
                    new InFlight(Math.max(4L * BYTES, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP)));
        }
        return shared.get();
    }

    private Duration longestWait(InFlight.Share share) {
        boolean patient = share.bytes() > 0 || !large.isQueueLong();
        return patient || longestWait.compareTo(LONGEST_WAIT_IN_LONG_QUEUE) < 0
                ? longestWait
                : LONGEST_WAIT_IN_LONG_QUEUE;
    }

    /** One answer, on its event loop. */
    private final class Counting {

        private final HttpClientRequest request;
        private final HttpClientResponse response;
        private final InFlight.Share share = large.share();
        private final long declared;
        private long received;
        private boolean ended;

        /** Ends the wait for room. It holds the answer with all that has arrived, so it goes as soon as the wait is over. */
        private Runnable cancelTimer = () -> {};

        private Counting(HttpClientRequest request, HttpClientResponse response) {
            this.request = request;
            this.response = response;
            this.declared = declaredLength(response);
        }

        private void begin() {
            // A handler of its own does not disturb the REST client, which collects the body beside it.
            response.handler(chunk -> {
                received += chunk.length();
                if (received > BYTES) {
                    request.reset(0, new BodyTooLarge());
                } else if (received > SMALL && !share.isWaiting() && received > share.bytes()) {
                    hold(Math.max(received - share.bytes(), SMALL));
                }
            });
            Context context = Vertx.currentContext();
            response.end().onComplete(end -> {
                ended = true;
                cancelTimer.run();
                // Whoever gets the answer has it by then, and may keep it.
                context.runOnContext(passed -> share.close());
            });
            if (declared > SMALL && declared <= BYTES) {
                hold(declared);
            }
        }

        private void hold(long bytes) {
            Context context = Vertx.currentContext();
            if (share.take(bytes, () -> context.runOnContext(now -> granted()))) {
                return;
            }
            response.pause();
            Vertx vertx = context.owner();
            long timer = vertx.setTimer(longestWait(share).toMillis(), passed -> {
                if (share.isWaiting()) {
                    request.reset(0, new TooMuchInFlight());
                }
            });
            cancelTimer = () -> vertx.cancelTimer(timer);
        }

        private void granted() {
            cancelTimer.run();
            if (!ended) {
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
