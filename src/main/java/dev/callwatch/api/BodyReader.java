package dev.callwatch.api;

import dev.callwatch.time.Turns;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.core.impl.ContextInternal;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Reads the whole body of a request before anything else handles the request, within limits of size and time. A request that names
 * many calls, or comes with many others, waits for its turn. Refuses a request whose end is ambiguous or whose media type is
 * malformed. The framework would read a body on a worker thread, and without a limit of time.
 */
@ApplicationScoped
public class BodyReader {

    private static final int AFTER_CHECKS = RequestChecks.AFTER_ANSWER_HEADERS - 1;
    private static final String BODY = BodyReader.class.getName();

    private static final int BAD_REQUEST = 400;
    private static final int TIMED_OUT = 408;
    private static final int TOO_LARGE = 413;
    private static final int UNSUPPORTED_MEDIA_TYPE = 415;

    private static final Set<HttpMethod> MAY_HAVE_A_BODY = Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH);

    /** A larger body names many calls, so it waits for its turn: a hundred such requests may come with one read. */
    private static final int SMALL = 1 << 10;

    private final Vertx vertx;
    private final Turns turns;
    private final long maxBody;
    private final Duration maxDuration;
    private Optional<Router> router = Optional.empty();

    BodyReader(
            Vertx vertx,
            Turns turns,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize maxBody,
            @ConfigProperty(name = "quarkus.http.read-timeout") Duration maxDuration) {
        this.vertx = vertx;
        this.turns = turns;
        this.maxBody = maxBody.asLongValue();
        this.maxDuration = maxDuration;
    }

    void register(@Observes Filters filters) {
        filters.register(this::handle, AFTER_CHECKS);
    }

    void register(@Observes Router routes) {
        router = Optional.of(routes);
    }

    private void handle(RoutingContext request) {
        HttpServerRequest incoming = request.request();
        Buffer known = (Buffer) context(incoming).localContextData().get(BODY);
        if (known != null) {
            proceed(request, known);
        } else if (!hasUnambiguousEnd(incoming)) {
            request.fail(BAD_REQUEST);
        } else if (!hasValidMediaType(incoming)) {
            request.fail(UNSUPPORTED_MEDIA_TYPE);
        } else if (declaredLength(incoming) > maxBody) {
            request.fail(TOO_LARGE);
        } else if (hasBody(incoming)) {
            read(request, incoming);
        } else if (UnreadAnswers.isOneOfMany(request)) {
            turns.toBegin().subscribe().with(turn -> begin(request, incoming, Buffer.buffer()));
        } else {
            request.next();
        }
    }

    private void read(RoutingContext request, HttpServerRequest incoming) {
        Buffer body = Buffer.buffer();
        long timer = vertx.setTimer(maxDuration.toMillis(), passed -> refuse(request, TIMED_OUT));
        request.addEndHandler(answered -> vertx.cancelTimer(timer));
        incoming.handler(chunk -> {
            if (body.length() + chunk.length() > maxBody) {
                refuse(request, TOO_LARGE);
            } else {
                body.appendBuffer(chunk);
            }
        });
        incoming.endHandler(whole -> {
            vertx.cancelTimer(timer);
            if (body.length() > SMALL || UnreadAnswers.isOneOfMany(request)) {
                turns.toBegin().subscribe().with(turn -> begin(request, incoming, body));
            } else {
                begin(request, incoming, body);
            }
        });
        // The caller closed the connection, or sent a malformed chunk: nobody waits for an answer.
        incoming.exceptionHandler(gone -> vertx.cancelTimer(timer));
        sendContinue(incoming);
        incoming.resume();
    }

    private void begin(RoutingContext request, HttpServerRequest incoming, Buffer body) {
        if (request.failed() || request.response().closed()) {
            return;
        }
        if (isHttp2(incoming) && incoming.isEnded()) {
            beginAgain(incoming, body);
        } else {
            proceed(request, body);
        }
    }

    /** The framework does not accept an HTTP/2 request that has ended, unless it gets it in another form. */
    private void beginAgain(HttpServerRequest incoming, Buffer body) {
        context(incoming).localContextData().put(BODY, body);
        router.orElseThrow().handle(new EndedRequest((HttpServerRequestInternal) incoming));
    }

    private static void proceed(RoutingContext request, Buffer body) {
        // The body handler of Vert.x sets the body in the same way, but has no limit of time and stalls on an empty
        // body.
        ((RoutingContextInternal) request).setBody(body);
        request.next();
    }

    /** Each request has a context of its own. */
    private static ContextInternal context(HttpServerRequest incoming) {
        return (ContextInternal) ((HttpServerRequestInternal) incoming).context();
    }

    private static void refuse(RoutingContext request, int status) {
        if (!request.failed()) {
            request.fail(status);
        }
    }

    private static void sendContinue(HttpServerRequest incoming) {
        if (incoming.headers().contains(HttpHeaders.EXPECT, HttpHeaderValues.CONTINUE, true)) {
            incoming.response().writeContinue();
            // Otherwise the framework would send it again.
            incoming.headers().remove(HttpHeaders.EXPECT);
        }
    }

    /** Over HTTP/2 a body needs no length (RFC 9113, section 8.1); that there is none shows at the end of the request. */
    private static boolean hasBody(HttpServerRequest incoming) {
        return !incoming.isEnded()
                && (declaredLength(incoming) > 0
                        || incoming.headers().contains(HttpHeaders.TRANSFER_ENCODING)
                        || isHttp2(incoming) && MAY_HAVE_A_BODY.contains(incoming.method()));
    }

    private static boolean isHttp2(HttpServerRequest incoming) {
        return incoming.version() == HttpVersion.HTTP_2;
    }

    /** Vert.x refuses a length that is no number before this. */
    private static long declaredLength(HttpServerRequest incoming) {
        String length = incoming.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null ? 0 : Long.parseLong(length);
    }

    /**
     * Whether this service and a proxy before it agree on where the body ends (RFC 9112, section 6.3). If they do not, one request
     * could be hidden in the body of another.
     */
    private static boolean hasUnambiguousEnd(HttpServerRequest incoming) {
        List<String> codings = incoming.headers().getAll(HttpHeaders.TRANSFER_ENCODING);
        return codings.isEmpty()
                || incoming.version() == HttpVersion.HTTP_1_1
                        && codings.size() == 1
                        && "chunked".equalsIgnoreCase(codings.get(0).trim());
    }

    /** The framework would answer a malformed media type with a 500. */
    private static boolean hasValidMediaType(HttpServerRequest incoming) {
        String type = incoming.getHeader(HttpHeaders.CONTENT_TYPE);
        try {
            return type == null || MediaType.valueOf(type) != null;
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }
}
