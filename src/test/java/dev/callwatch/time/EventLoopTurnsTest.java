package dev.callwatch.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.net.NetSocket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventLoopTurnsTest {

    private static final int ROUNDS = 20;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
    private final Turns turns = new EventLoopTurns(vertx);
    private final List<String> seen = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void what_comes_over_a_connection_is_handled_between_two_turns() {
        NetSocket client = connect();
        context.runOnContext(begun -> {
            for (int i = 0; i < ROUNDS; i++) {
                on(turns.toContinue(), () -> {
                    seen.add("turn");
                    client.write("x");
                });
            }
        });
        await().until(() -> seen.size() == 2 * ROUNDS);
        for (int i = 0; i < 2 * ROUNDS; i += 2) {
            assertThat(seen.subList(i, i + 2)).containsExactly("turn", "read");
        }
    }

    @Test
    void work_begins_once_what_has_begun_before_waits_no_more() {
        context.runOnContext(begun -> {
            on(turns.toBegin(), () -> {
                seen.add("first begins");
                on(turns.toContinue(), () -> {
                    seen.add("first goes on");
                    on(turns.toContinue(), () -> seen.add("first ends"));
                });
            });
            on(turns.toBegin(), () -> seen.add("second begins"));
        });
        await().until(() -> seen.size() == 4);
        assertThat(seen).containsExactly("first begins", "first goes on", "first ends", "second begins");
    }

    @Test
    void a_turn_comes_on_the_context_that_asked_for_it() {
        ContextInternal own = context.duplicate();
        CompletableFuture<Object> at = new CompletableFuture<>();
        own.runOnContext(begun -> on(turns.toBegin(), () -> at.complete(Vertx.currentContext())));
        assertThat(at.join()).isSameAs(own);
    }

    @Test
    void who_waits_no_more_keeps_nobody_from_a_turn() {
        context.runOnContext(begun -> {
            turns.toContinue().subscribe().with(turn -> seen.add("cancelled")).cancel();
            on(turns.toContinue(), () -> seen.add("next"));
        });
        await().until(() -> !seen.isEmpty());
        assertThat(seen).containsExactly("next");
    }

    private static void on(Uni<Void> turn, Runnable action) {
        turn.subscribe().with(come -> action.run());
    }

    /** On the same event loop as its server. */
    private NetSocket connect() {
        CompletableFuture<NetSocket> client = new CompletableFuture<>();
        context.runOnContext(begun -> vertx.createNetServer()
                .connectHandler(accepted -> accepted.handler(read -> seen.add("read")))
                .listen(0, "127.0.0.1")
                .flatMap(server -> vertx.createNetClient().connect(server.actualPort(), "127.0.0.1"))
                .onSuccess(client::complete)
                .onFailure(client::completeExceptionally));
        return client.join();
    }
}
