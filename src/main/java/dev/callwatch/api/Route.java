package dev.callwatch.api;

import jakarta.ws.rs.HttpMethod;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The paths of the interface, and the methods that each offers. The framework knows both, but it does not name the methods in a
 * 405, and an answer of its own to {@code OPTIONS} names those of all paths together.
 *
 * <p>The first route that matches a path counts, so a literal has to stand before the parameter that would match it too.
 */
enum Route {
    ACCOUNTS("/v1/accounts", HttpMethod.GET),
    CALLS("/v1/accounts/{accountKey}/calls", HttpMethod.GET),
    BATCH("/v1/accounts/{accountKey}/calls/lookup", HttpMethod.POST),
    EVENTS_OF_CALLS("/v1/accounts/{accountKey}/calls/events", HttpMethod.GET),
    CALL("/v1/accounts/{accountKey}/calls/{callGuid}", HttpMethod.GET),
    EVENTS_OF_CALL("/v1/accounts/{accountKey}/calls/{callGuid}/events", HttpMethod.GET),
    REVISIONS_OF_CALL("/v1/accounts/{accountKey}/calls/{callGuid}/revisions", HttpMethod.GET),
    NOTIFICATIONS("/v1/notifications/{accountName}", HttpMethod.POST),
    SUBSCRIPTIONS("/v1/accounts/{accountKey}/subscriptions", HttpMethod.GET, HttpMethod.POST),
    SUBSCRIPTION("/v1/accounts/{accountKey}/subscriptions/{subscriptionId}", HttpMethod.GET, HttpMethod.DELETE),
    PUSH_KEYS("/v1/push-keys", HttpMethod.GET);

    private static final String PARAMETER = "{";
    private static final List<Route> ALL = List.of(values());

    private final String template;
    private final List<String> segments;
    private final List<String> methods;

    Route(String template, String... methods) {
        this.template = template;
        this.segments = segments(template);
        this.methods =
                Arrays.stream(methods).flatMap(Route::withImplied).distinct().toList();
    }

    /**
     * The route of a path.
     *
     * @param path normalised; empty segments and matrix parameters do not count
     * @return the route, or nothing where the interface has no such path
     */
    static Optional<Route> of(String path) {
        List<String> segments = segments(path);
        for (Route route : ALL) {
            if (route.matches(segments)) {
                return Optional.of(route);
            }
        }
        return Optional.empty();
    }

    /** The templates of all routes: metrics count a request under the template of its route. */
    static Set<String> templates() {
        return ALL.stream().map(Route::template).collect(Collectors.toUnmodifiableSet());
    }

    /** The path with its parameters in braces, as resources and metrics name it. */
    String template() {
        return template;
    }

    /**
     * Whether a request needs no token: web hooks of Vonage are signed instead, and public keys are for those who receive events and
     * may not ask for anything else.
     */
    boolean isPublic() {
        return this == NOTIFICATIONS || this == PUSH_KEYS;
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

    private static List<String> segments(String path) {
        List<String> segments = new ArrayList<>();
        for (int begin = 0; begin < path.length(); ) {
            int slash = path.indexOf('/', begin);
            int end = slash < 0 ? path.length() : slash;
            int parameters = path.indexOf(';', begin);
            int endOfText = parameters >= 0 && parameters < end ? parameters : end;
            if (endOfText > begin) {
                segments.add(path.substring(begin, endOfText));
            }
            begin = end + 1;
        }
        return segments;
    }

    private static Stream<String> withImplied(String method) {
        return method.equals(HttpMethod.GET)
                ? Stream.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS)
                : Stream.of(method, HttpMethod.OPTIONS);
    }
}
