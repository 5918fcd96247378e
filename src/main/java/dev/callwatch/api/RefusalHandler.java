package dev.callwatch.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.callwatch.problem.Problem;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;

/** Answers a request that is refused before it reaches a resource with a problem; the framework would send no body. */
@ApplicationScoped
public class RefusalHandler {

    /** How long the rest of the request is discarded: if the connection is closed at once, the caller may lose the answer. */
    static final Duration LINGER = Duration.ofSeconds(1);

    private static final int BAD_REQUEST = 400;
    private static final int SERVER_ERROR = 500;
    private static final int NOT_IMPLEMENTED = 501;

    private final Vertx vertx;
    private final ObjectMapper json;

    RefusalHandler(Vertx vertx, ObjectMapper json) {
        this.vertx = vertx;
        this.json = json;
    }

    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).failureHandler(this::answer);
    }

    private void answer(RoutingContext request) {
        int status = request.statusCode();
        boolean refused = status >= BAD_REQUEST && status < SERVER_ERROR || status == NOT_IMPLEMENTED;
        if (refused && !request.response().headWritten()) {
            refuse(request, status);
        } else {
            request.next();
        }
    }

    private void refuse(RoutingContext request, int status) {
        HttpServerRequest incoming = request.request();
        if (!incoming.isEnded()) {
            incoming.handler(discarded -> {});
            incoming.resume();
        }
        request.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .end(text(ProblemMapper.ofStatus(status, request)));
        if (status == BAD_REQUEST) {
            // Nobody knows where the next request on this connection would begin.
            close(incoming);
        } else if (!incoming.isEnded()) {
            vertx.setTimer(LINGER.toMillis(), passed -> {
                if (!incoming.isEnded()) {
                    close(incoming);
                }
            });
        }
    }

    private static void close(HttpServerRequest incoming) {
        if (incoming.version() != HttpVersion.HTTP_2) {
            incoming.connection().close();
        } else if (!incoming.isEnded()) {
            // NO_ERROR (RFC 9113, section 8.1): the answer is valid, the rest of the request is not needed.
            incoming.response().reset(0);
        }
    }

    String text(Problem problem) {
        try {
            return json.writeValueAsString(problem);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
