package dev.callwatch.api;

import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Answers {@code OPTIONS}, and refuses a method that a path does not offer, before the framework looks for a resource: it would
 * take the last segment of {@code GET …/calls/lookup} for a call's GUID.
 */
public class MethodFilter {

    /**
     * Checks the method of a request.
     *
     * @return the answer to {@code OPTIONS}; nothing where the request goes on
     * @throws NotAllowedException where the path does not offer the method; it names those that the path offers
     */
    @ServerRequestFilter(preMatching = true)
    public Optional<RestResponse<Void>> check(RoutingContext request) {
        Optional<Route> route = Route.of(request.normalizedPath());
        if (route.isEmpty()) {
            return Optional.empty();
        }
        String method = request.request().method().name();
        if (!route.get().methods().contains(method)) {
            throw new NotAllowedException(route.get().allow());
        }
        return method.equals(HttpMethod.OPTIONS) ? Optional.of(options(route.get())) : Optional.empty();
    }

    private static RestResponse<Void> options(Route route) {
        return RestResponse.ResponseBuilder.<Void>ok()
                .header(HttpHeaders.ALLOW, route.allow())
                .build();
    }
}
