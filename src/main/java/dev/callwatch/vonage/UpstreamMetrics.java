package dev.callwatch.vonage;

import dev.callwatch.account.AccountKey;
import dev.callwatch.account.Region;
import dev.callwatch.call.UpstreamFailure;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Metrics of the requests to Vonage. */
@Singleton
class UpstreamMetrics {

    /** The label of a request that was cancelled when its time was over. */
    static final String TIMEOUT = "timeout";

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofSeconds(3),
        Duration.ofSeconds(5)
    };

    private record Series(Region region, String answer) {}

    private final MeterRegistry registry;
    private final Map<Series, Timer> timers = new ConcurrentHashMap<>();

    UpstreamMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    Timer.Sample start() {
        return Timer.start(registry);
    }

    /** Counts one request for a call and its latency. */
    void requested(Timer.Sample since, Region region, String answer) {
        since.stop(timers.computeIfAbsent(new Series(region, answer), this::timer));
    }

    private Timer timer(Series series) {
        return Timer.builder("callwatch.upstream.requests")
                .description("Requests for a call to Vonage, by region and status")
                .tag("region", series.region().name())
                .tag("status", series.answer())
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    /** Counts one token request. */
    void tokenRequested(AccountKey account, String answer) {
        registry.counter("callwatch.token.requests", "account", account.value(), "status", answer)
                .increment();
    }

    /** Counts one retry. */
    void retried(Region region, String answer) {
        registry.counter("callwatch.upstream.retries", "region", region.name(), "status", answer)
                .increment();
    }

    /** Shows the state of a region's circuit: 0 closed, 1 half-open, 2 open. */
    void circuit(Region region, Supplier<Number> state) {
        Gauge.builder("callwatch.upstream.circuit", state)
                .description("State of the region's circuit: 0 closed, 1 half-open, 2 open")
                .tag("region", region.name())
                .strongReference(true)
                .register(registry);
    }

    /**
     * The label of an answer.
     *
     * @param failure an {@link UpstreamFailure}, or null where the request was answered with a 200
     */
    static String answer(Throwable failure) {
        return failure == null ? "200" : UpstreamFailures.of(failure).label();
    }
}
