package dev.callwatch.vonage;

import dev.callwatch.account.Region;
import dev.callwatch.outbound.EventLoopClients;
import dev.callwatch.outbound.OutboundClients;
import dev.callwatch.time.Timeouts;
import dev.callwatch.time.WallClock;
import io.quarkus.rest.client.reactive.QuarkusRestClientBuilder;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.time.Clock;
import org.jboss.resteasy.reactive.client.api.QuarkusRestClientProperties;

/** Makes the clients of regions: those for calls and for tokens connect in the same way. */
@Singleton
class RegionClients {

    /** For calls, to each region. */
    private static final int MOST_CONNECTIONS = 50;

    private final VonageOptions options;
    private final Clock clock;
    private final WallClock wallClock;
    private final Timeouts timeouts;
    private final UpstreamMetrics metrics;
    private final Vertx vertx;

    RegionClients(
            VonageOptions options,
            Clock clock,
            WallClock wallClock,
            Timeouts timeouts,
            UpstreamMetrics metrics,
            Vertx vertx) {
        this.options = options;
        this.clock = clock;
        this.wallClock = wallClock;
        this.timeouts = timeouts;
        this.metrics = metrics;
        this.vertx = vertx;
    }

    /** A new client; nothing is sent yet. */
    RegionClient open(Region region) {
        RegionCircuitBreaker circuitBreaker =
                new RegionCircuitBreaker(region, clock, timeouts, options.requestTimeout());
        metrics.circuit(region, circuitBreaker::state);
        metrics.register(region);
        return new RegionClient(
                region,
                new EventLoopClients<>(vertx, clock, MOST_CONNECTIONS, connections -> calls(region, connections)),
                client(region, UpstreamFailures::ofToken).build(TokenEndpoint.class),
                circuitBreaker,
                new RetryBudget(clock));
    }

    private CallsClient calls(Region region, int connections) {
        return new CallsClient(
                client(region, UpstreamFailures::ofCall)
                        .property(QuarkusRestClientProperties.CONNECTION_POOL_SIZE, connections)
                        .build(CallsEndpoint.class),
                region.url());
    }

    private QuarkusRestClientBuilder client(Region region, RefusalMapper.Meaning meaning) {
        // A proxy has no use for what is on this machine.
        OutboundClients.Options connection = new OutboundClients.Options(
                options.ca(),
                options.proxy().filter(proxy -> !region.isLoopback()),
                options.connectTimeout(),
                options.readTimeout());
        return OutboundClients.builder(region.url(), connection).register(new RefusalMapper(wallClock, meaning));
    }
}
