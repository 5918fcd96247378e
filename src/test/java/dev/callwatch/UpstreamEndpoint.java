package dev.callwatch;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayList;
import java.util.List;

/** One endpoint of the {@link ScriptedUpstream}, and how it behaves now. */
public final class UpstreamEndpoint {

    /** How requests are answered. */
    public enum Behaviour {
        /** As they should be. */
        WELL,
        /** Not now: all that came meanwhile are answered once it behaves otherwise, as after a long pause of the server. */
        FROZEN,
        /** Never, and their connections stay open, as by a server that is gone without having closed them. */
        HALF_OPEN,
        /** With 503, as by a gateway in front. */
        FAILING,
        /** With 200 and a body that comes byte by byte, one a second, and has no end that anybody waits for. */
        DRIPPING,
        /** With 200 and a page in HTML. */
        NONSENSE
    }

    private static final int DRIP_MILLIS = 1_000;
    private static final String PAGE = "<html><body><h1>We are working on it</h1></body></html>";

    /** A request whose answer waits, and the event loop that it has to be answered on. */
    private record Held(Context context, HttpServerResponse response, Runnable answer) {}

    private final Vertx vertx;
    private final List<Held> held = new ArrayList<>();
    private Behaviour behaviour = Behaviour.WELL;

    UpstreamEndpoint(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Behaves so from now on; requests that are half-open or dripping stay so. */
    public void behave(Behaviour now) {
        List<Held> thawed;
        synchronized (this) {
            behaviour = now;
            thawed = now == Behaviour.FROZEN ? List.of() : List.copyOf(held);
            held.removeAll(thawed);
        }
        thawed.forEach(request -> request.context().runOnContext(onLoop -> {
            if (!request.response().closed()) {
                request.answer().run();
            }
        }));
    }

    /** @param answer sends what a request should be answered with */
    void answer(HttpServerResponse response, Runnable answer) {
        switch (behaviour(response, answer)) {
            case WELL -> answer.run();
            case FAILING ->
                response.setStatusCode(503)
                        .putHeader("Content-Type", "text/html")
                        .end(PAGE);
            case NONSENSE -> response.putHeader("Content-Type", "text/html").end(PAGE);
            case DRIPPING -> drip(response.setChunked(true));
            case FROZEN, HALF_OPEN -> {}
        }
    }

    private synchronized Behaviour behaviour(HttpServerResponse response, Runnable answer) {
        if (behaviour == Behaviour.FROZEN) {
            held.add(new Held(vertx.getOrCreateContext(), response, answer));
        }
        return behaviour;
    }

    private void drip(HttpServerResponse response) {
        response.write(" ");
        vertx.setPeriodic(DRIP_MILLIS, timer -> {
            if (response.closed()) {
                vertx.cancelTimer(timer);
            } else {
                response.write(" ");
            }
        });
    }
}
