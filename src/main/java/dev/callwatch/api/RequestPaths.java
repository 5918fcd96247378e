package dev.callwatch.api;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Counts requests in metrics under the template of their {@link Route} only. The framework counts a request that it refuses early
 * under the path that the caller wrote: that may hold a telephone number, and each new path would be a new time series.
 */
@Singleton
class RequestPaths implements MeterFilter {

    private static final String URI = "uri";
    private static final String OTHER = "UNKNOWN";

    /** The page, the description of the interface, and the names that the framework gives to the rest. */
    private static final Set<String> BESIDE_THE_ROUTES = Set.of("/", "/openapi", "root", "NOT_FOUND", "REDIRECTION");

    private static final Set<String> KNOWN = Stream.concat(Route.templates().stream(), BESIDE_THE_ROUTES.stream())
            .collect(Collectors.toUnmodifiableSet());

    /** Gives a meter of the HTTP server whose path is not known the path {@value #OTHER}. */
    @Override
    public Meter.Id map(Meter.Id meter) {
        String uri = meter.getTag(URI);
        return uri == null || KNOWN.contains(uri) || !meter.getName().startsWith("http.server.")
                ? meter
                : meter.replaceTags(meter.getTags().stream()
                        .map(tag -> tag.getKey().equals(URI) ? Tag.of(URI, OTHER) : tag)
                        .toList());
    }
}
