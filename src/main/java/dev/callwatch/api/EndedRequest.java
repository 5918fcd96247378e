package dev.callwatch.api;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.core.http.impl.HttpServerRequestWrapper;

/**
 * An HTTP/2 request whose body was read to its end. Vert.x fails whoever pauses or resumes such a request, which the framework does
 * with each request, although it takes the body from elsewhere.
 */
final class EndedRequest extends HttpServerRequestWrapper {

    EndedRequest(HttpServerRequestInternal ended) {
        super(ended);
    }

    /** The framework would take it for a request without a body. */
    @Override
    public boolean isEnded() {
        return false;
    }

    @Override
    public HttpServerRequest pause() {
        return this;
    }

    @Override
    public HttpServerRequest resume() {
        return this;
    }

    @Override
    public HttpServerRequest fetch(long amount) {
        return this;
    }

    @Override
    public HttpServerRequest handler(Handler<Buffer> ignored) {
        return this;
    }

    @Override
    public HttpServerRequest endHandler(Handler<Void> ignored) {
        return this;
    }
}
