package dev.callwatch.vonage;

import dev.callwatch.account.Region;
import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.time.Timeouts;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.faulttolerance.api.TypedGuard;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.util.TypeLiteral;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The way to one region: every single request to it passes here, within its time and through the region's circuit
 * breaker. The breaker opens at 50 % failures among the last 20 requests and lets one probe through after 5 s.
 */
final class RegionCircuitBreaker {

    private static final Logger LOG = Logger.getLogger(RegionCircuitBreaker.class);

    private static final int WINDOW = 20;
    private static final double FAILURE_RATIO = 0.5;
    static final Duration OPEN = Duration.ofSeconds(5);

    /** The guard reads its type argument by reflection. */
    @RegisterForReflection
    private static final class Guarded extends TypeLiteral<Uni<Object>> {}

    private final Region region;
    private final Timeouts timeouts;
    private final Duration requestTimeout;
    private final TypedGuard<Uni<Object>> guard;
    private volatile CircuitBreakerState state = CircuitBreakerState.CLOSED;

    RegionCircuitBreaker(Region region, Timeouts timeouts, Duration requestTimeout) {
        this.region = region;
        this.timeouts = timeouts;
        this.requestTimeout = requestTimeout;
        this.guard = TypedGuard.create(new Guarded())
                .withDescription("Vonage region " + region.name())
                .withCircuitBreaker()
                .requestVolumeThreshold(WINDOW)
                .failureRatio(FAILURE_RATIO)
                .delay(OPEN.toMillis(), ChronoUnit.MILLIS)
                .successThreshold(1)
                .when(failure -> failure instanceof UpstreamFailure known && known.isOutage())
                .onStateChange(this::changed)
                .done()
                .build();
    }

    /**
     * Sends one request.
     *
     * @return its result, or an {@link UpstreamFailure}. Once sent, a request runs to its own end even when nobody
     *     waits any more: the breaker must learn how its probe went.
     */
    <T> Uni<T> pass(Class<T> type, Supplier<Uni<T>> request) {
        Uni<Object> guarded = Uni.createFrom()
                .deferred(() -> guard.get(() -> inTime(request.get()).map(Object.class::cast)));
        return Uni.createFrom()
                .emitter(emitter -> guarded.subscribe().with(emitter::complete, emitter::fail))
                .onFailure()
                .transform(UpstreamFailures::of)
                .map(type::cast);
    }

    /** 0 closed, 1 half-open, 2 open. */
    int state() {
        return switch (state) {
            case CLOSED -> 0;
            case HALF_OPEN -> 1;
            case OPEN -> 2;
        };
    }

    String stateName() {
        return state.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private <T> Uni<T> inTime(Uni<T> request) {
        return timeouts.within(requestTimeout, request, UpstreamFailure.RequestTimedOut::new);
    }

    private void changed(CircuitBreakerState now) {
        state = now;
        if (now == CircuitBreakerState.OPEN) {
            LOG.warnf("Circuit of region %s opened: it is left alone for %d s", region.name(), OPEN.toSeconds());
        } else {
            LOG.infof("Circuit of region %s is %s", region.name(), now);
        }
    }
}
