package dev.callwatch.api;

import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.NotAcceptableException;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Answers {@code OPTIONS}, and refuses a method or media types that a path does not offer, before the framework looks for a
 * resource: it would take the last segment of {@code GET …/calls/lookup} for a call's GUID, and a media type that the client refuses
 * with {@code q=0} for one that it wants.
 */
public class MethodFilter {

    private static final String ROUTE = MethodFilter.class.getName();

    /**
     * Checks the method of a request, and leaves only the best of the media types that it accepts.
     *
     * @return the answer to {@code OPTIONS}; nothing where the request goes on
     * @throws NotAllowedException where the path does not offer the method; it names those that the path offers
     * @throws NotAcceptableException where the path offers no media type that the request accepts
     */
    @ServerRequestFilter(preMatching = true)
    public Optional<RestResponse<Void>> check(RoutingContext request) {
        Optional<Route> route = Route.of(request.normalizedPath());
        if (route.isEmpty()) {
            return Optional.empty();
        }
        request.put(ROUTE, route.get());
        String method = request.request().method().name();
        if (!route.get().methods().contains(method)) {
            throw new NotAllowedException(route.get().allow());
        }
        if (method.equals(HttpMethod.OPTIONS)) {
            return Optional.of(options(route.get()));
        }
        MultiMap headers = request.request().headers();
        String best = Accept.best(
                        headers.getAll(HttpHeaders.ACCEPT), route.get().mediaTypes())
                .orElseThrow(NotAcceptableException::new);
        headers.set(HttpHeaders.ACCEPT, best);
        return Optional.empty();
    }

    /** The route of a request that passed this filter; nothing where the interface has no such path. */
    static Optional<Route> route(RoutingContext request) {
        return Optional.ofNullable(request.get(ROUTE));
    }

    private static RestResponse<Void> options(Route route) {
        return RestResponse.ResponseBuilder.<Void>ok()
                .header(HttpHeaders.ALLOW, route.allow())
                .build();
    }
}
