package dev.callwatch.api;

import io.smallrye.mutiny.Multi;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.ServiceUnavailableException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Bounds what answers above 64 KiB take together until their clients have them: an eighth of the heap. Small ones do not count;
 * how many of them there can be is limited by the number of streams and connections.
 */
@Singleton
class LargeAnswers {

    private static final int SMALL = 64 << 10;
    private static final long LEAST_BOUND = 8L << 20;
    private static final int SHARE_OF_HEAP = 8;
    private static final long RETRY_AFTER_SECONDS = 1;

    private final UnreadAnswers unread;
    private final long bound;
    private final AtomicLong onTheirWay = new AtomicLong();

    LargeAnswers(UnreadAnswers unread) {
        this.unread = unread;
        this.bound = Math.max(LEAST_BOUND, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
    }

    /**
     * Counts an answer until its client has it.
     *
     * @return its body
     * @throws ServiceUnavailableException where too many large ones are on their way
     */
    byte[] admitted(byte[] body, RoutingContext request) {
        Reservation reservation = reservation();
        if (!reservation.fits(body.length)) {
            throw new ServiceUnavailableException(RETRY_AFTER_SECONDS);
        }
        if (reservation.bytes > 0) {
            unread.whenTaken(request, reservation::release);
        }
        return body;
    }

    /**
     * Refuses at once what would be refused in the end.
     *
     * @param most how many bytes the answer may have
     * @throws ServiceUnavailableException where that may be a large one, and there is no room for any
     */
    void check(long most) {
        if (most > SMALL && onTheirWay.get() + SMALL >= bound) {
            throw new ServiceUnavailableException(RETRY_AFTER_SECONDS);
        }
    }

    /**
     * The frames of one stream. A large one counts until the client has taken it and is ready for the next.
     *
     * @param instead what is sent in place of an event for which there is no room
     */
    Multi<StreamFrame> admitted(Multi<StreamFrame> frames, Function<StreamFrame.Event, StreamFrame> instead) {
        Reservation reservation = reservation();
        return frames.map(frame -> frame instanceof StreamFrame.Event event && !reservation.fits(event.length())
                        ? instead.apply(event)
                        : frame)
                .onRequest()
                .invoke(reservation::release)
                .onTermination()
                .invoke(reservation::close);
    }

    /** Of nothing so far. */
    Reservation reservation() {
        return new Reservation();
    }

    /** What one answer takes. Safe for concurrent use: a client may leave while the next piece is made. */
    final class Reservation {

        private long bytes;
        private boolean closed;

        private Reservation() {}

        /** Adds bytes, if they are few or there is room for them. */
        synchronized boolean fits(int more) {
            if (more <= SMALL || closed) {
                return true;
            }
            if (onTheirWay.addAndGet(more) > bound) {
                onTheirWay.addAndGet(-more);
                return false;
            }
            bytes += more;
            return true;
        }

        synchronized void release() {
            onTheirWay.addAndGet(-bytes);
            bytes = 0;
        }

        /** Gives all back, and takes nothing more: nobody gets the answer any more. */
        synchronized void close() {
            release();
            closed = true;
        }
    }
}
