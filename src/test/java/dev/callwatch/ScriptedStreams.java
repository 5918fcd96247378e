package dev.callwatch;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The service's event streams, where a test says what is sent and when. What is sent goes to the stream that was opened last;
 * nothing is sent by itself, heartbeats neither.
 */
final class ScriptedStreams implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;
    private final List<String> lastEventIds = new ArrayList<>();
    private HttpServerResponse open;
    private boolean over;

    ScriptedStreams() throws Exception {
        server = vertx.createHttpServer()
                .requestHandler(this::open)
                .listen(0, "localhost")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    String url() {
        return "http://localhost:" + server.actualPort() + "/";
    }

    /** A status of a call as the service answers it to a look-up. */
    void status(JsonObject call, Long previous) {
        status("call.observed", call, previous);
    }

    /** A status of a call, with what changed. */
    synchronized void status(String type, JsonObject call, Long previous) {
        JsonObject data = new JsonObject()
                .put("type", type)
                .put("changes", JsonArray.of(type))
                .put("previous", previous)
                .put("call", call);
        open.write("event:status\nid:" + call.getString("id") + ":" + call.getLong("revision") + "\ndata:"
                + data.encode() + "\n\n");
    }

    /** A call cannot be read. */
    synchronized void problem(String guid, String name) {
        JsonObject problem = new JsonObject()
                .put("type", "urn:callwatch:problem:" + name)
                .put("title", name)
                .put("status", 502);
        open.write("event:problem\ndata:"
                + new JsonObject().put("id", guid).put("problem", problem).encode() + "\n\n");
    }

    /** The feed of an account lacks something up to a position. */
    synchronized void gap(String position) {
        open.write("event:gap\nid:" + position + "\ndata:{}\n\n");
    }

    synchronized void heartbeat() {
        open.write(":\n\n");
    }

    /** Nothing more is to come. */
    synchronized void end() {
        open.write("event:end\nid:end\ndata:{}\n\n");
        open.end();
    }

    /** The stream breaks off. */
    synchronized void cut() {
        open.end();
    }

    /** From now on, whoever comes is answered that nothing more is to come. */
    synchronized void over() {
        over = true;
    }

    /** What each request said of where it left off, in their order; empty text for nothing. */
    synchronized List<String> lastEventIds() {
        return List.copyOf(lastEventIds);
    }

    @Override
    public void close() {
        vertx.close()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private synchronized void open(HttpServerRequest request) {
        lastEventIds.add(request.headers().contains("Last-Event-ID") ? request.getHeader("Last-Event-ID") : "");
        if (over) {
            request.response().setStatusCode(204).end();
            return;
        }
        open = request.response().setChunked(true).putHeader("Content-Type", "text/event-stream");
        open.write("retry:2000\n:\n\n");
    }
}
