package dev.callwatch.push;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.function.Supplier;

/** The meters of deliveries. */
@Singleton
class PushMetrics {

    private static final String ATTEMPTS = "callwatch.push.attempts";

    private final MeterRegistry registry;
    private final Counter delivered;
    private final Counter refused;
    private final Counter unanswered;
    private final Counter gone;
    private final Counter undelivered;
    private final Counter followGaps;

    PushMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.delivered = attempts("delivered");
        this.refused = attempts("refused");
        this.unanswered = attempts("unanswered");
        this.gone = attempts("gone");
        this.undelivered = Counter.builder("callwatch.push.undelivered")
                .description("Events that were given up")
                .register(registry);
        this.followGaps = Counter.builder("callwatch.push.follow.gaps")
                .description(
                        "Gaps in the feed of an account that is followed for a sink, filled from the calls that are remembered")
                .register(registry);
    }

    private Counter attempts(String outcome) {
        return Counter.builder(ATTEMPTS)
                .description("Attempts to deliver an event")
                .tag("outcome", outcome)
                .register(registry);
    }

    void attempted(AttemptResult result) {
        if (result instanceof AttemptResult.Delivered) {
            delivered.increment();
        } else if (result instanceof AttemptResult.Refused) {
            refused.increment();
        } else if (result instanceof AttemptResult.Gone) {
            gone.increment();
        } else {
            unanswered.increment();
        }
    }

    void undelivered(int events) {
        undelivered.increment(events);
    }

    void followGap() {
        followGaps.increment();
    }

    /** Shows what is held now. */
    void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder("callwatch.push." + name, value).description(description).register(registry);
    }
}
