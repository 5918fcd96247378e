package dev.callwatch.api;

import dev.callwatch.problem.Problem;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.Http1xServerConnection;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.net.impl.VertxHandler;
import jakarta.inject.Singleton;
import java.util.concurrent.TimeUnit;

/**
 * Answers an HTTP/1.1 request that cannot be decoded with a problem: 414 to a line above Vert.x's limit, 431 to such headers, 400 to
 * everything else. Vert.x puts the answer behind those to earlier requests. By itself it sends no body ({@link
 * HttpServerRequest#DEFAULT_INVALID_REQUEST_HANDLER}), and Quarkus 3.33 gives nobody the {@code HttpServer} before it listens: so the
 * handler is set on each connection.
 */
@Singleton
class InvalidRequests {

    /** Vert.x's handler in the pipeline. Without TLS it comes with the first request. */
    private static final String CONNECTION = "handler";

    /** Netty's path of a request whose line cannot be decoded. */
    private static final String UNKNOWN_PATH = "/bad-request";

    private static final int BAD_REQUEST = 400;
    private static final int LINE_TOO_LONG = 414;
    private static final int HEADERS_TOO_LARGE = 431;

    private final RefusalHandler refusals;
    private final AnswerHeaders headers;

    InvalidRequests(RefusalHandler refusals, AnswerHeaders headers) {
        this.refusals = refusals;
        this.headers = headers;
    }

    /** Answers the invalid request of a connection, on which no request has been decoded yet. */
    void register(ChannelPipeline pipeline) {
        FirstRequest first = new FirstRequest();
        if (pipeline.get(CONNECTION) == null) {
            pipeline.addLast(FirstRequest.class.getName(), first);
        } else {
            pipeline.addBefore(CONNECTION, FirstRequest.class.getName(), first);
        }
    }

    private void answer(HttpServerRequest request) {
        int status = status(request.decoderResult().cause());
        String path = UNKNOWN_PATH.equals(request.path()) ? "/" : request.path();
        if (request.connection() instanceof ConnectionBase known) {
            known.channel().pipeline().addBefore(CONNECTION, Linger.class.getName(), new Linger());
        }
        // Vert.x closes the connection behind it.
        request.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.DATE, headers.date())
                .putHeader(HttpHeaders.CACHE_CONTROL, AnswerHeaders.NO_STORE)
                .putHeader(HttpHeaders.CONNECTION, HttpHeaderValues.CLOSE)
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .end(refusals.text(ProblemMapper.ofStatus(status, path, TraceId.of(request))));
    }

    private static int status(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return LINE_TOO_LONG;
        }
        return cause instanceof TooLongHttpHeaderException ? HEADERS_TOO_LARGE : BAD_REQUEST;
    }

    /** Reaches the connection before its first request does, and leaves the pipeline. */
    private final class FirstRequest extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (ctx.pipeline().get(CONNECTION) instanceof VertxHandler<?> handler
                    && handler.getConnection() instanceof Http1xServerConnection connection) {
                connection.invalidRequestHandler(InvalidRequests.this::answer);
            }
            ctx.pipeline().remove(this);
            ctx.fireChannelRead(message);
        }
    }

    /**
     * Ends the answer, and closes the connection when the client has closed it, or a second later: a client that is still sending may
     * lose the answer otherwise (RFC 9112, section 9.6). The decoder drops what comes.
     */
    private static final class Linger extends ChannelDuplexHandler {

        private Future<?> closing;

        @Override
        public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
            if (closing == null) {
                closing = ctx.executor()
                        .schedule(() -> ctx.close(promise), RefusalHandler.LINGER.toMillis(), TimeUnit.MILLISECONDS);
                endOutput(ctx);
            } else {
                ctx.close(promise);
            }
        }

        private static void endOutput(ChannelHandlerContext ctx) {
            SslHandler tls = ctx.pipeline().get(SslHandler.class);
            if (tls != null) {
                tls.closeOutbound();
            } else if (ctx.channel() instanceof DuplexChannel connection) {
                connection.shutdownOutput();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (closing != null) {
                closing.cancel(false);
            }
            ctx.fireChannelInactive();
        }
    }
}
