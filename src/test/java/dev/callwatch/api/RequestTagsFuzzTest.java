package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever callers write: the time series of requests come from a closed set. */
class RequestTagsFuzzTest {

    private static final String REQUESTS = "http.server.requests";

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    RequestTagsFuzzTest() {
        registry.config().meterFilter(new RequestTags());
    }

    @Property
    void an_invented_method_or_path_is_no_new_series(@ForAll String method, @ForAll String path) {
        count(method, path);
        count("GET", "/v1/" + path);
        count(method, "/v1/accounts");
        assertThat(registry.getMeters())
                .filteredOn(meter -> meter.getId().getName().equals(REQUESTS))
                .map(Meter::getId)
                .allSatisfy(id -> {
                    assertThat(id.getTag("method"))
                            .satisfiesAnyOf(
                                    known -> assertThat(RequestChecks.isMethod(known))
                                            .isTrue(),
                                    other -> assertThat(other).isEqualTo("OTHER"));
                    assertThat(id.getTag("uri"))
                            .satisfiesAnyOf(
                                    route -> assertThat(Route.templates()).contains(route),
                                    other -> assertThat(other).isIn("UNKNOWN", "/", "/openapi", "root"));
                });
        assertThat(registry.getMeters()).hasSizeLessThan(60);
    }

    @Property(tries = 20)
    void other_meters_keep_their_tags(@ForAll String value) {
        Timer timer = registry.timer("callwatch.lookups", Tags.of("method", value + "x", "uri", value + "x"));
        assertThat(timer.getId().getTag("method")).isEqualTo(value + "x");
    }

    private void count(String method, String path) {
        registry.timer(REQUESTS, Tags.of("method", method, "uri", path, "status", "404"));
    }
}
