package dev.callwatch.api;

import dev.callwatch.vonage.VonageCalls;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Shows the state of circuits and tokens in readiness. It is always UP: during an outage of Vonage this replica still answers what
 * it has cached.
 */
@Readiness
public class UpstreamCheck implements HealthCheck {

    private final VonageCalls vonage;

    UpstreamCheck(VonageCalls vonage) {
        this.vonage = vonage;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder check = HealthCheckResponse.named("vonage").up();
        vonage.circuits().forEach((region, state) -> check.withData("circuit." + region, state));
        vonage.tokens().forEach((account, state) -> check.withData("token." + account, state));
        return check.build();
    }
}
