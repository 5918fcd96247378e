package dev.callwatch.vonage;

import dev.callwatch.account.Region;
import dev.callwatch.outbound.OutboundClients;
import dev.callwatch.time.Timeouts;
import dev.callwatch.time.WallClock;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Makes the clients of regions: those for calls and for tokens connect in the same way. */
@Singleton
class RegionClients {

    private final VonageOptions options;
    private final Clock clock;
    private final WallClock wallClock;
    private final Timeouts timeouts;
    private final UpstreamMetrics metrics;

    RegionClients(VonageOptions options, Clock clock, WallClock wallClock, Timeouts timeouts, UpstreamMetrics metrics) {
        this.options = options;
        this.clock = clock;
        this.wallClock = wallClock;
        this.timeouts = timeouts;
        this.metrics = metrics;
    }

    /** A new client; nothing is sent yet. */
    RegionClient open(Region region) {
        RegionCircuitBreaker circuitBreaker =
                new RegionCircuitBreaker(region, clock, timeouts, options.requestTimeout());
        metrics.circuit(region, circuitBreaker::state);
        metrics.register(region);
        return new RegionClient(
                region,
                endpoint(region, CallsEndpoint.class, UpstreamFailures::ofCall),
                endpoint(region, TokenEndpoint.class, UpstreamFailures::ofToken),
                circuitBreaker,
                new RetryBudget(clock));
    }

    private <T> T endpoint(Region region, Class<T> type, RefusalMapper.Meaning meaning) {
        // A proxy has no use for what is on this machine.
        OutboundClients.Options connection = new OutboundClients.Options(
                options.ca(),
                options.proxy().filter(proxy -> !region.isLoopback()),
                options.connectTimeout(),
                options.readTimeout());
        return OutboundClients.builder(region.url(), connection)
                .register(new RefusalMapper(wallClock, meaning))
                .build(type);
    }
}
