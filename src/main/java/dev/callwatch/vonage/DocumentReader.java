package dev.callwatch.vonage;

import dev.callwatch.call.CallReading;
import dev.callwatch.call.UpstreamFailure;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads documents: small ones at once, those above 64 KiB one after another on a thread of their own, so that no event loop is busy
 * with them. Those that wait for it may take a sixteenth of the heap together.
 */
final class DocumentReader {

    private static final int SMALL = 64 << 10;
    private static final long LEAST_BOUND = 4L << 20;
    private static final int SHARE_OF_HEAP = 16;

    private final WorkerExecutor thread;
    private final long bound;
    private final AtomicLong waiting = new AtomicLong();

    DocumentReader(Vertx vertx) {
        this.thread = vertx.createSharedWorkerExecutor("large-documents", 1);
        this.bound = Math.max(LEAST_BOUND, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
    }

    /** As {@link CallDocuments#reading}; {@link UpstreamFailure.TooMuchInFlight} where too much waits already. */
    Uni<CallReading> read(byte[] body, Optional<String> known, Instant askedAt) {
        if (body.length <= SMALL) {
            return Uni.createFrom().item(() -> CallDocuments.reading(body, known, askedAt));
        }
        if (waiting.addAndGet(body.length) > bound) {
            waiting.addAndGet(-body.length);
            return Uni.createFrom().failure(new UpstreamFailure.TooMuchInFlight());
        }
        return Uni.createFrom()
                .completionStage(() -> thread.executeBlocking(() -> CallDocuments.reading(body, known, askedAt), false)
                        .onComplete(read -> waiting.addAndGet(-body.length))
                        .toCompletionStage());
    }
}
