package dev.callwatch.vonage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.callwatch.outbound.OutboundClients;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DocumentReaderTest {

    private static final int MANY = 10_000;

    private final Vertx vertx = Vertx.vertx();
    private final DocumentReader reader = new DocumentReader(vertx);
    private final CountDownLatch parsing = new CountDownLatch(1);

    @AfterEach
    void close() {
        parsing.countDown();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void large_documents_that_wait_to_be_parsed_count_as_large_answers() {
        vertx.createSharedWorkerExecutor("large-documents").executeBlocking(() -> {
            parsing.await();
            return true;
        });
        byte[] document =
                ("{\"status\":null,\"more\":\"" + "x".repeat(1_000_000) + "\"}").getBytes(StandardCharsets.UTF_8);
        AtomicInteger read = new AtomicInteger();
        int begun = 0;
        while (!OutboundClients.isCrowded() && begun < MANY) {
            reader.read(document, Optional.empty(), Instant.EPOCH).subscribe().with(known -> read.incrementAndGet());
            begun++;
        }
        int all = begun;
        assertThat(all).isBetween(1, MANY - 1);
        parsing.countDown();
        await().until(() -> !OutboundClients.isCrowded());
        await().until(() -> read.get() == all);
    }
}
