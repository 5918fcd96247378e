package dev.callwatch.chaos;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** Sinks on one loopback port, which remember what they accepted, and which can fail, hang, or be away for a while. */
final class SinkServer implements AutoCloseable {

    private enum State {
        WELL,
        FAILING,
        HANGING
    }

    private final Vertx vertx = Vertx.vertx();
    private final BiConsumer<String, JsonObject> accepted;
    private final int port;
    private volatile State state = State.WELL;
    private HttpServer server;

    /** @param accepted called with the path and each event that is accepted */
    SinkServer(BiConsumer<String, JsonObject> accepted) {
        this.accepted = accepted;
        this.server = listen(0);
        this.port = server.actualPort();
    }

    String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    /** It answers 503. */
    void fail() {
        state = State.FAILING;
    }

    /** It takes requests, and answers none. */
    void hang() {
        state = State.HANGING;
    }

    /** It is away until {@link #mend}, like a process that is started again. */
    void stop() {
        join(server.close());
    }

    /** As in the beginning. */
    void mend() {
        state = State.WELL;
    }

    /** It is there again. */
    void restart() {
        server = listen(port);
    }

    @Override
    public void close() {
        join(vertx.close());
    }

    private HttpServer listen(int wanted) {
        return join(vertx.createHttpServer().requestHandler(this::handle).listen(wanted, "127.0.0.1"));
    }

    private void handle(HttpServerRequest request) {
        State now = state;
        if (now == State.HANGING) {
            return;
        }
        request.body().onSuccess(body -> {
            if (now == State.WELL) {
                accepted.accept(request.path(), body.toJsonObject());
            }
            request.response().setStatusCode(now == State.WELL ? 204 : 503).end();
        });
    }

    private static <T> T join(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
