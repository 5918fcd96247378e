package dev.callwatch.api;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.core.MediaType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.common.util.RestMediaType;

/**
 * The paths of the interface, and the methods that each offers. The framework knows both, but it does not name the methods in a
 * 405, and an answer of its own to {@code OPTIONS} names those of all paths together.
 *
 * <p>The first route that matches a path counts, so a literal has to stand before the parameter that would match it too.
 */
enum Route {
    ACCOUNTS("/v1/accounts", Form.OBJECT, HttpMethod.GET),
    BUDGET("/v1/accounts/{accountKey}/budget", Form.OBJECT, HttpMethod.GET),
    EVENTS_OF_ACCOUNT("/v1/accounts/{accountKey}/events", Form.EVENTS, HttpMethod.GET),
    CALLS("/v1/accounts/{accountKey}/calls", Form.OBJECT, HttpMethod.GET),
    BATCH("/v1/accounts/{accountKey}/calls/lookup", Form.ROWS, HttpMethod.POST),
    EVENTS_OF_CALLS("/v1/accounts/{accountKey}/calls/events", Form.EVENTS, HttpMethod.GET),
    CALL("/v1/accounts/{accountKey}/calls/{callGuid}", Form.OBJECT, HttpMethod.GET),
    EVENTS_OF_CALL("/v1/accounts/{accountKey}/calls/{callGuid}/events", Form.EVENTS, HttpMethod.GET),
    REVISIONS_OF_CALL("/v1/accounts/{accountKey}/calls/{callGuid}/revisions", Form.OBJECT, HttpMethod.GET),
    NOTIFICATIONS("/v1/notifications/{accountName}", Form.OBJECT, HttpMethod.POST),
    SUBSCRIPTIONS("/v1/accounts/{accountKey}/subscriptions", Form.OBJECT, HttpMethod.GET, HttpMethod.POST),
    SUBSCRIPTION(
            "/v1/accounts/{accountKey}/subscriptions/{subscriptionId}", Form.OBJECT, HttpMethod.GET, HttpMethod.DELETE),
    PUSH_KEYS("/v1/push-keys", Form.OBJECT, HttpMethod.GET),
    CONSOLE_CONFIG("/console/config.json", Form.OBJECT, HttpMethod.GET);

    /** The media types of an answer, the preferred one first. */
    private enum Form {
        OBJECT(MediaType.APPLICATION_JSON),
        ROWS(MediaType.APPLICATION_JSON, RestMediaType.APPLICATION_NDJSON),
        EVENTS(MediaType.SERVER_SENT_EVENTS, RestMediaType.APPLICATION_NDJSON);

        private final List<String> mediaTypes;

        Form(String... mediaTypes) {
            this.mediaTypes = List.of(mediaTypes);
        }
    }

    private static final String VERSION = "/v1";
    private static final String PARAMETER = "{";
    private static final char PARAMETER_END = '}';
    private static final List<Route> ALL = List.of(values());

    private final String template;
    private final List<String> segments;

    /** What follows the last parameter. */
    private final String ending;

    private final List<String> methods;
    private final Form form;

    Route(String template, Form form, String... methods) {
        this.template = template;
        this.form = form;
        this.segments = segments(template);
        this.ending = template.substring(template.lastIndexOf(PARAMETER_END) + 1);
        this.methods =
                Arrays.stream(methods).flatMap(Route::withImplied).distinct().toList();
    }

    /**
     * The route of a path.
     *
     * @param path normalised
     * @return the route, or nothing where the interface has no such path
     */
    static Optional<Route> of(String path) {
        for (Route route : ALL) {
            if (route.matches(path)) {
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
     * Whether a request needs no token: web hooks of Vonage are signed instead, public keys are for those who receive events and
     * may not ask for anything else, and the page has to know how to get a token.
     */
    boolean isPublic() {
        return this == NOTIFICATIONS || this == PUSH_KEYS || this == CONSOLE_CONFIG;
    }

    /** Whether a path belongs to the interface of this version, offered or not. */
    static boolean isBelowVersion(String path) {
        return path.equals(VERSION) || path.startsWith(VERSION + "/");
    }

    /**
     * Whether a path is a path of the interface written in another way, which the framework would take for the same: with parameters
     * of a segment, empty segments, dot segments, or a slash at the end. Rules for paths in a proxy would not see that.
     *
     * @param written as the request has it
     * @param normalized as the router reads it
     */
    static boolean isOtherSpelling(String written, String normalized) {
        if (written == null || !isBelowVersion(normalized)) {
            return false;
        }
        return written.indexOf(';') >= 0
                || written.endsWith("/")
                || normalized.endsWith("/")
                || written.contains("//")
                || !written.equals(normalized)
                        && segments(written).size() != segments(normalized).size();
    }

    /** The media types that its answers may have, the preferred one first. */
    List<String> mediaTypes() {
        return form.mediaTypes;
    }

    /** Every method that the path offers, {@code OPTIONS} included. */
    List<String> methods() {
        return methods;
    }

    /** The value of the {@code Allow} header (RFC 9110, section 10.2.1). */
    String allow() {
        return String.join(", ", methods);
    }

    /** Each request is compared with several routes, so the path is not taken apart. */
    private boolean matches(String path) {
        if (!path.endsWith(ending)) {
            return false;
        }
        int begin = 0;
        for (int i = 0; i < segments.size(); i++) {
            int slash = path.indexOf('/', begin);
            boolean isLast = slash < 0;
            int end = isLast ? path.length() : slash;
            String expected = segments.get(i);
            boolean fits = expected.startsWith(PARAMETER)
                    || expected.length() == end - begin && path.startsWith(expected, begin);
            if (!fits || isLast != (i == segments.size() - 1)) {
                return false;
            }
            begin = end + 1;
        }
        return true;
    }

    private static List<String> segments(String path) {
        return List.of(path.split("/", -1));
    }

    private static Stream<String> withImplied(String method) {
        return method.equals(HttpMethod.GET)
                ? Stream.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS)
                : Stream.of(method, HttpMethod.OPTIONS);
    }
}
