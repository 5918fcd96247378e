package dev.callwatch.api;

import io.netty.handler.codec.http.HttpHeaderValues;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Takes requests in: refuses those without a clear end or kind, and reads bodies whole, within limits of size and time,
 * before anything else looks at them. The framework would read them on a worker thread, for as long as the caller likes.
 */
@ApplicationScoped
public class BodyReader {

    private static final int AFTER_TRACE_ID = TraceId.BEFORE_EVERYTHING - 1;

    private static final int BAD_REQUEST = 400;
    private static final int TIMED_OUT = 408;
    private static final int LENGTH_REQUIRED = 411;
    private static final int TOO_LARGE = 413;
    private static final int UNSUPPORTED_MEDIA_TYPE = 415;

    private static final Set<HttpMethod> MAY_HAVE_A_BODY = Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH);

    private final Vertx vertx;
    private final long largestBody;
    private final Duration longestReading;

    BodyReader(
            Vertx vertx,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize largestBody,
            @ConfigProperty(name = "quarkus.http.read-timeout") Duration longestReading) {
        this.vertx = vertx;
        this.largestBody = largestBody.asLongValue();
        this.longestReading = longestReading;
    }

    void register(@Observes Filters filters) {
        filters.register(this::take, AFTER_TRACE_ID);
    }

    private void take(RoutingContext request) {
        HttpServerRequest incoming = request.request();
        if (!hasClearEnd(incoming)) {
            request.fail(BAD_REQUEST);
        } else if (!hasClearKind(incoming)) {
            request.fail(UNSUPPORTED_MEDIA_TYPE);
        } else if (declaredLength(incoming) > largestBody) {
            request.fail(TOO_LARGE);
        } else if (lacksLength(incoming)) {
            request.fail(LENGTH_REQUIRED);
        } else if (hasBody(incoming)) {
            read(request, incoming);
        } else {
            request.next();
        }
    }

    private void read(RoutingContext request, HttpServerRequest incoming) {
        Buffer body = Buffer.buffer();
        long timer = vertx.setTimer(longestReading.toMillis(), passed -> refuse(request, TIMED_OUT));
        request.addEndHandler(answered -> vertx.cancelTimer(timer));
        incoming.handler(chunk -> {
            if (body.length() + chunk.length() > largestBody) {
                refuse(request, TOO_LARGE);
            } else {
                body.appendBuffer(chunk);
            }
            // Over HTTP/2 the framework does not take a request that has ended.
            if (isHttp2(incoming) && body.length() == declaredLength(incoming)) {
                goOn(request, body, timer);
            }
        });
        if (!isHttp2(incoming)) {
            incoming.endHandler(whole -> goOn(request, body, timer));
        }
        // The caller left, or what it sent is no chunk: there is nobody to answer.
        incoming.exceptionHandler(gone -> vertx.cancelTimer(timer));
        welcome(incoming);
        incoming.resume();
    }

    private void goOn(RoutingContext request, Buffer body, long timer) {
        vertx.cancelTimer(timer);
        if (!request.failed()) {
            // As Vert.x's own handler does, which keeps no time and stalls on an empty body.
            ((RoutingContextInternal) request).setBody(body);
            request.next();
        }
    }

    private static void refuse(RoutingContext request, int status) {
        if (!request.failed()) {
            request.fail(status);
        }
    }

    private static void welcome(HttpServerRequest incoming) {
        if (incoming.headers().contains(HttpHeaders.EXPECT, HttpHeaderValues.CONTINUE, true)) {
            incoming.response().writeContinue();
            // Otherwise the framework would do so again.
            incoming.headers().remove(HttpHeaders.EXPECT);
        }
    }

    private static boolean hasBody(HttpServerRequest incoming) {
        return !incoming.isEnded()
                && (declaredLength(incoming) > 0 || incoming.headers().contains(HttpHeaders.TRANSFER_ENCODING));
    }

    /** Over HTTP/2 nothing else tells whether a body comes, and when it is whole. */
    private static boolean lacksLength(HttpServerRequest incoming) {
        return isHttp2(incoming)
                && MAY_HAVE_A_BODY.contains(incoming.method())
                && !incoming.headers().contains(HttpHeaders.CONTENT_LENGTH);
    }

    private static boolean isHttp2(HttpServerRequest incoming) {
        return incoming.version() == HttpVersion.HTTP_2;
    }

    /** What is no number never gets here: the connection refuses it. */
    private static long declaredLength(HttpServerRequest incoming) {
        String length = incoming.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null ? 0 : Long.parseLong(length);
    }

    /**
     * Whether the end of the body cannot be understood in two ways (RFC 9112, section 6.3), by us and by a proxy before
     * us.
     */
    private static boolean hasClearEnd(HttpServerRequest incoming) {
        List<String> codings = incoming.headers().getAll(HttpHeaders.TRANSFER_ENCODING);
        return codings.isEmpty()
                || incoming.version() == HttpVersion.HTTP_1_1
                        && codings.size() == 1
                        && "chunked".equalsIgnoreCase(codings.get(0).trim());
    }

    /** The framework takes a type that is none for a defect of ours. */
    private static boolean hasClearKind(HttpServerRequest incoming) {
        String type = incoming.getHeader(HttpHeaders.CONTENT_TYPE);
        try {
            return type == null || MediaType.valueOf(type) != null;
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }
}
