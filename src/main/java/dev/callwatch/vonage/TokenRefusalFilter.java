package dev.callwatch.vonage;

import dev.callwatch.time.WallClock;
import io.quarkus.arc.Unremovable;
import io.quarkus.oidc.common.OidcEndpoint;
import io.quarkus.oidc.common.OidcResponseFilter;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import jakarta.inject.Singleton;

/** Turns a refusal of the token endpoint into the failure it means, since the OIDC client keeps its status to itself. */
@Singleton
@Unremovable
@OidcEndpoint(OidcEndpoint.Type.TOKEN)
class TokenRefusalFilter implements OidcResponseFilter {

    private final WallClock clock;

    TokenRefusalFilter(WallClock clock) {
        this.clock = clock;
    }

    @Override
    public Uni<Void> filter(OidcResponseFilterContext answer) {
        if (answer.statusCode() == 200) {
            return Uni.createFrom().voidItem();
        }
        return Uni.createFrom()
                .failure(UpstreamFailures.ofToken(
                        answer.statusCode(), answer.responseHeaders().get(HttpHeaders.RETRY_AFTER), clock.now()));
    }
}
