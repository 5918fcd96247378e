package dev.callwatch.vonage;

import dev.callwatch.call.CallReading;
import dev.callwatch.outbound.OutboundClients;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Instant;
import java.util.Optional;

/**
 * Reads documents: small ones at once, those above 64 KiB one after another on a thread of their own, so that no event loop is busy
 * with them. Those that wait for it count as {@linkplain OutboundClients#keep large answers}, so that fewer of those arrive meanwhile.
 */
final class DocumentReader {

    private final WorkerExecutor thread;

    DocumentReader(Vertx vertx) {
        this.thread = vertx.createSharedWorkerExecutor("large-documents", 1);
    }

    /** As {@link CallDocuments#reading}. */
    Uni<CallReading> read(byte[] body, Optional<String> known, Instant askedAt) {
        if (body.length <= CallDocuments.SMALL) {
            return Uni.createFrom().item(() -> CallDocuments.reading(body, known, askedAt));
        }
        return Uni.createFrom().completionStage(() -> {
            Runnable release = OutboundClients.keep(body.length);
            return thread.executeBlocking(() -> CallDocuments.reading(body, known, askedAt), false)
                    .onComplete(read -> release.run())
                    .toCompletionStage();
        });
    }
}
