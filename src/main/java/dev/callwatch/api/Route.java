package dev.callwatch.api;

import jakarta.ws.rs.HttpMethod;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The paths of the interface and the methods that each offers. The framework knows both, but tells neither with a 405, and names
 * in answers to {@code OPTIONS} the methods of all paths at once.
 *
 * <p>The first route that matches a path counts: a literal stands before the parameter that would match it too.
 */
enum Route {
    ACCOUNTS("/v1/accounts", HttpMethod.GET),
    BATCH("/v1/accounts/{accountKey}/calls/lookup", HttpMethod.POST),
    EVENTS_OF_CALLS("/v1/accounts/{accountKey}/calls/events", HttpMethod.GET),
    CALL("/v1/accounts/{accountKey}/calls/{callGuid}", HttpMethod.GET),
    EVENTS_OF_CALL("/v1/accounts/{accountKey}/calls/{callGuid}/events", HttpMethod.GET);

    private static final String PARAMETER = "{";

    private final String template;
    private final List<String> segments;
    private final List<String> methods;

    Route(String template, String... methods) {
        this.template = template;
        this.segments = List.of(template.substring(1).split("/"));
        this.methods =
                Arrays.stream(methods).flatMap(Route::withImplied).distinct().toList();
    }

    /**
     * The route of a path.
     *
     * @param segments the path without its slashes; empty segments do not count
     * @return the route, or nothing where the interface has no such path
     */
    static Optional<Route> of(List<String> segments) {
        List<String> path =
                segments.stream().filter(segment -> !segment.isEmpty()).toList();
        return Arrays.stream(values()).filter(route -> route.matches(path)).findFirst();
    }

    /** The templates of all routes: metrics count a request under the template of its route. */
    static Set<String> templates() {
        return Arrays.stream(values()).map(Route::template).collect(Collectors.toUnmodifiableSet());
    }

    /** The path with its parameters in braces, as resources and metrics name it. */
    String template() {
        return template;
    }

    /** Every method that the path offers, {@code OPTIONS} included. */
    List<String> methods() {
        return methods;
    }

    /** The value of the {@code Allow} header (RFC 9110, section 10.2.1). */
    String allow() {
        return String.join(", ", methods);
    }

    private boolean matches(List<String> path) {
        if (path.size() != segments.size()) {
            return false;
        }
        for (int i = 0; i < path.size(); i++) {
            String expected = segments.get(i);
            if (!expected.startsWith(PARAMETER) && !expected.equals(path.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static Stream<String> withImplied(String method) {
        return method.equals(HttpMethod.GET)
                ? Stream.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS)
                : Stream.of(method, HttpMethod.OPTIONS);
    }
}
