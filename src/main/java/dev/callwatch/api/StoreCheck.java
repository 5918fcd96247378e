package dev.callwatch.api;

import dev.callwatch.store.RedisCircuit;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Shows in readiness whether this replica can use Redis. It is always UP: a replica works on its own without Redis, and if all
 * replicas were unready at once, that would be an outage.
 */
@Readiness
public class StoreCheck implements HealthCheck {

    private final RedisCircuit circuit;

    StoreCheck(RedisCircuit circuit) {
        this.circuit = circuit;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder check = HealthCheckResponse.named("store").up();
        if (!circuit.isShared()) {
            return check.withData("condition", "memory").build();
        }
        return check.withData("condition", circuit.isDegraded() ? "degraded" : "shared")
                .withData("replicas", circuit.replicas())
                .build();
    }
}
