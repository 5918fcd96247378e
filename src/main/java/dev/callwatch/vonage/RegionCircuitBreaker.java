package dev.callwatch.vonage;

import dev.callwatch.account.Region;
import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.outbound.OutboundClients;
import dev.callwatch.time.Timeouts;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The circuit breaker of one region. Every single request to the region goes through it and is limited in time. It opens at
 * 50 % failures among the last 20 requests, and lets one probe through after 5 s. Safe for concurrent use.
 */
final class RegionCircuitBreaker {

    private static final Logger LOG = Logger.getLogger(RegionCircuitBreaker.class);

    private static final int WINDOW = 20;
    private static final float FAILURE_PERCENT = 50;
    private static final Duration OPEN = Duration.ofSeconds(5);

    /** What a caller is asked to wait while a probe runs; the result may come at any moment. */
    private static final Duration WHILE_PROBING = Duration.ofSeconds(1);

    private final Region region;
    private final Clock clock;
    private final Timeouts timeouts;
    private final Duration requestTimeout;
    private final CircuitBreaker circuit;
    private final AtomicInteger transitions = new AtomicInteger();
    private volatile Instant openUntil = Instant.EPOCH;

    /** @param requestTimeout how long a single request may take, its whole answer included */
    RegionCircuitBreaker(Region region, Clock clock, Timeouts timeouts, Duration requestTimeout) {
        this.region = region;
        this.clock = clock;
        this.timeouts = timeouts;
        this.requestTimeout = requestTimeout;
        this.circuit = CircuitBreaker.of(
                region.name(),
                CircuitBreakerConfig.custom()
                        .slidingWindow(WINDOW, WINDOW, SlidingWindowType.COUNT_BASED)
                        .failureRateThreshold(FAILURE_PERCENT)
                        .recordException(RegionCircuitBreaker::isOutage)
                        .waitDurationInOpenState(OPEN)
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .clock(clock)
                        .build());
        circuit.getEventPublisher()
                .onStateTransition(event -> changed(event.getStateTransition().getToState()));
    }

    /**
     * Sends one request.
     *
     * @param request makes the request; cancelling what it returns ends the connection
     * @return its result, or an {@link UpstreamFailure}: {@link UpstreamFailure.CircuitOpen} where it was not sent. Once
     *     sent, a request runs to its own end even when nobody waits any more, so that the circuit breaker gets the result
     */
    <T> Uni<T> send(Supplier<Uni<T>> request) {
        return Uni.createFrom().emitter(emitter -> {
            if (!circuit.tryAcquirePermission()) {
                emitter.fail(new UpstreamFailure.CircuitOpen(untilProbe()));
                return;
            }
            int before = transitions.get();
            inTime(request)
                    .onFailure()
                    .transform(UpstreamFailures::of)
                    .onItemOrFailure()
                    .invoke((item, failure) -> record(before, failure))
                    .subscribe()
                    .with(emitter::complete, emitter::fail);
        });
    }

    /** 0 closed, 1 half-open, 2 open. */
    int state() {
        return switch (circuit.getState()) {
            case OPEN -> 2;
            case HALF_OPEN -> 1;
            default -> 0;
        };
    }

    String stateName() {
        return circuit.getState().name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private <T> Uni<T> inTime(Supplier<Uni<T>> request) {
        return timeouts.within(
                requestTimeout, Uni.createFrom().deferred(request::get), UpstreamFailure.RequestTimedOut::new);
    }

    /** The result of a request from before a transition does not count after it: only the probe decides what comes next. */
    private void record(int before, Throwable failure) {
        if (before != transitions.get()) {
            return;
        }
        if (failure == null) {
            circuit.onSuccess(0, TimeUnit.NANOSECONDS);
        } else {
            circuit.onError(0, TimeUnit.NANOSECONDS, failure);
        }
    }

    private static boolean isOutage(Throwable failure) {
        // A time-out while large documents arrive says more about this process than about the region.
        return failure instanceof UpstreamFailure known
                && known.isOutage()
                && !(known instanceof UpstreamFailure.RequestTimedOut && OutboundClients.isCrowded());
    }

    private Duration untilProbe() {
        Duration left = Duration.between(clock.instant(), openUntil);
        return left.compareTo(Duration.ZERO) > 0 ? left : WHILE_PROBING;
    }

    private void changed(CircuitBreaker.State now) {
        transitions.incrementAndGet();
        if (now == CircuitBreaker.State.OPEN) {
            openUntil = clock.instant().plus(OPEN);
            LOG.warnf(
                    "The circuit of region %s is open: no request is sent to it for %d s",
                    region.name(), OPEN.toSeconds());
        } else {
            LOG.infof("The circuit of region %s is %s", region.name(), stateName());
        }
    }
}
