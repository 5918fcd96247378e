package dev.callwatch.api;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Map;
import java.util.Set;

/**
 * Refuses requests by their first line and their headers, before anything else is done with them. The decoder of Vert.x has limits
 * too, twice these; beyond them {@link InvalidRequests} answers the same.
 */
@ApplicationScoped
public class RequestChecks {

    /** A stream of 100 calls has 100 GUIDs in its query. In bytes, the method and the version included. */
    static final int LONGEST_LINE = 8_192;

    /** A token may name many groups. In bytes over all headers, separators included. */
    static final int LARGEST_HEADERS = 16 << 10;

    static final int AFTER_ANSWER_HEADERS = AnswerHeaders.AFTER_TRACE_ID - 1;

    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int LINE_TOO_LONG = 414;
    private static final int HEADERS_TOO_LARGE = 431;
    private static final int NOT_IMPLEMENTED = 501;

    /** Two spaces and the version. */
    private static final int BESIDE_METHOD_AND_TARGET = " HTTP/1.1".length() + 1;

    private static final int SEPARATORS = ": \r\n".length();

    /** The methods of RFC 9110 and RFC 5789. */
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

    void register(@Observes Filters filters) {
        filters.register(RequestChecks::check, AFTER_ANSWER_HEADERS);
    }

    /** Whether a method has a meaning at all; everything else counts as one kind. */
    static boolean isMethod(String name) {
        return METHODS.contains(name);
    }

    private static void check(RoutingContext request) {
        HttpServerRequest incoming = request.request();
        String method = incoming.method().name();
        if (!isMethod(method)) {
            request.fail(NOT_IMPLEMENTED);
        } else if (incoming.uri().length() + method.length() + BESIDE_METHOD_AND_TARGET > LONGEST_LINE) {
            request.fail(LINE_TOO_LONG);
        } else if (incoming.version() != HttpVersion.HTTP_2 && size(incoming.headers()) > LARGEST_HEADERS) {
            request.fail(HEADERS_TOO_LARGE);
        } else if (incoming.headers().getAll(HttpHeaders.HOST).size() > 1) {
            // Which one a proxy before us has looked at cannot be known (RFC 9112, section 3.2).
            request.fail(BAD_REQUEST);
        } else if (Route.isOtherSpelling(incoming.path(), request.normalizedPath())) {
            request.fail(NOT_FOUND);
        } else {
            request.next();
        }
    }

    private static int size(MultiMap headers) {
        int size = 0;
        for (Map.Entry<String, String> header : headers) {
            size += header.getKey().length() + header.getValue().length() + SEPARATORS;
        }
        return size;
    }
}
