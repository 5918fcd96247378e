package dev.callwatch.api;

import dev.callwatch.store.RedisCircuit;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Shows whether the state that replicas share can be reached. It is always UP: without Redis a replica works on its own, and
 * all of them unready at once would be an outage.
 */
@Readiness
public class StoreCheck implements HealthCheck {

    private final RedisCircuit condition;

    StoreCheck(RedisCircuit condition) {
        this.condition = condition;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder check = HealthCheckResponse.named("store").up();
        if (!condition.isShared()) {
            return check.withData("condition", "memory").build();
        }
        return check.withData("condition", condition.isDegraded() ? "degraded" : "shared")
                .withData("replicas", condition.replicas())
                .build();
    }
}
