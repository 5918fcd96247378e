package dev.callwatch.api;

import dev.callwatch.settings.ConfigErrors;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Lets pages of the origins in the settings call the interface from a browser. Without them nothing is added, and a browser keeps
 * other pages out. Tokens come in a header that the page sets itself, so that credentials of the browser are never needed.
 */
@Singleton
public class Cors {

    private static final String KEY = "callwatch.cors.origins";
    private static final String ORIGIN = "Origin";
    private static final int NO_CONTENT = 204;

    private static final String REQUEST_HEADERS =
            "Authorization, Content-Type, Accept, Cache-Control, If-None-Match, Prefer, Last-Event-ID, traceparent";
    private static final String ANSWER_HEADERS =
            "ETag, Age, Cache-Status, Retry-After, Preference-Applied, WWW-Authenticate, Allow";

    /** How long a browser does not ask again, in seconds. */
    private static final String MAX_AGE = "600";

    private final Set<String> origins;

    Cors(CorsSettings settings, ConfigErrors errors) {
        this.origins = origins(settings.origins().orElse(List.of()), errors);
    }

    void register(@Observes Filters filters) {
        if (!origins.isEmpty()) {
            filters.register(this::handle, RequestChecks.AFTER_ANSWER_HEADERS);
        }
    }

    /** Reads the settings; what is wrong with them is noted in {@code errors}. */
    static Set<String> origins(List<String> texts, ConfigErrors errors) {
        Set<String> origins = new HashSet<>();
        for (String text : texts) {
            origin(text.trim())
                    .ifPresentOrElse(
                            origins::add,
                            () -> errors.add(
                                    KEY, "must be origins such as https://wallboard.example.com, but has " + text));
        }
        return Set.copyOf(origins);
    }

    private static Optional<String> origin(String text) {
        try {
            URI origin = new URI(text.toLowerCase(Locale.ROOT));
            boolean web = "https".equals(origin.getScheme()) || "http".equals(origin.getScheme());
            boolean isOnlyOrigin = origin.getHost() != null
                    && origin.getRawUserInfo() == null
                    && origin.getRawPath().isEmpty()
                    && origin.getRawQuery() == null
                    && origin.getRawFragment() == null;
            return web && isOnlyOrigin ? Optional.of(origin.toString()) : Optional.empty();
        } catch (URISyntaxException malformed) {
            return Optional.empty();
        }
    }

    private void handle(RoutingContext request) {
        if (!Route.isBelowVersion(request.normalizedPath())) {
            request.next();
            return;
        }
        HttpServerRequest incoming = request.request();
        HttpServerResponse answer = request.response();
        Optional<String> allowed =
                Optional.ofNullable(incoming.getHeader(HttpHeaders.ORIGIN)).filter(origins::contains);
        // At the end, because resources set Vary too.
        request.addHeadersEndHandler(complete -> {
            String others = answer.headers().get(HttpHeaders.VARY);
            answer.putHeader(HttpHeaders.VARY, others == null ? ORIGIN : others + ", " + ORIGIN);
            allowed.ifPresent(origin -> answer.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin)
                    .putHeader(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, ANSWER_HEADERS));
        });
        if (allowed.isPresent() && isPreflight(incoming)) {
            answer.setStatusCode(NO_CONTENT)
                    .putHeader(
                            HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS,
                            Route.of(request.normalizedPath()).map(Route::allow).orElse("GET, POST"))
                    .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS)
                    .putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, MAX_AGE)
                    .end();
        } else {
            request.next();
        }
    }

    private static boolean isPreflight(HttpServerRequest incoming) {
        return incoming.method() == HttpMethod.OPTIONS
                && incoming.headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD);
    }
}
