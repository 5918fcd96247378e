package dev.callwatch.api;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Counts requests in metrics under the template of their {@link Route} and a known method only. The framework counts a request that
 * it refuses early under the path and the method that the caller wrote: those may hold a telephone number, and each new one would be
 * a new time series, for ever.
 */
@Singleton
class RequestTags implements MeterFilter {

    private static final String URI = "uri";
    private static final String UNKNOWN_URI = "UNKNOWN";
    private static final String METHOD = "method";
    private static final String OTHER_METHOD = "OTHER";
    private static final String SERVER = "http.server.";

    /** The page, the description of the interface, and the names that the framework gives to the rest. */
    private static final Set<String> BESIDE_THE_ROUTES = Set.of("/", "/openapi", "root", "NOT_FOUND", "REDIRECTION");

    private static final Set<String> KNOWN = Stream.concat(Route.templates().stream(), BESIDE_THE_ROUTES.stream())
            .collect(Collectors.toUnmodifiableSet());

    /** Gives a meter of the HTTP server {@value #UNKNOWN_URI} for a path, {@value #OTHER_METHOD} for a method that is not known. */
    @Override
    public Meter.Id map(Meter.Id meter) {
        if (!meter.getName().startsWith(SERVER) || isKnown(meter)) {
            return meter;
        }
        return meter.replaceTags(
                meter.getTags().stream().map(RequestTags::known).toList());
    }

    private static boolean isKnown(Meter.Id meter) {
        return meter.getTags().stream().allMatch(tag -> known(tag) == tag);
    }

    private static Tag known(Tag tag) {
        if (tag.getKey().equals(URI) && !KNOWN.contains(tag.getValue())) {
            return Tag.of(URI, UNKNOWN_URI);
        }
        return tag.getKey().equals(METHOD) && !RequestChecks.isMethod(tag.getValue())
                ? Tag.of(METHOD, OTHER_METHOD)
                : tag;
    }
}
