package dev.callwatch.api;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.inject.Singleton;
import java.util.Set;

/**
 * Keeps what callers write into paths out of the metrics: a request that is refused early is measured under its path as
 * it came, which may hold a telephone number, and would make as many time series as somebody likes.
 */
@Singleton
class RequestPaths implements MeterFilter {

    private static final String URI = "uri";
    private static final String OTHER = "UNKNOWN";
    private static final Set<String> KNOWN = Set.of(
            "/v1/accounts",
            "/v1/accounts/{accountKey}/calls/{callGuid}",
            "/v1/accounts/{accountKey}/calls/{callGuid}/events",
            "/v1/accounts/{accountKey}/calls/lookup",
            "/v1/accounts/{accountKey}/calls/events",
            "/openapi",
            "/",
            "root",
            "NOT_FOUND",
            "REDIRECTION");

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
