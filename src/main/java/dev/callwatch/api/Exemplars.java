package dev.callwatch.api;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.prometheus.client.exemplars.DefaultExemplarSampler;
import io.prometheus.client.exemplars.ExemplarSampler;
import io.prometheus.client.exemplars.tracer.common.SpanContextSupplier;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Exemplars link metrics to traces. Quarkus samples them whenever its extension for tracing is there. Without traces there is
 * nothing to link, and the sampling costs each request.
 */
@Singleton
class Exemplars {

    private final boolean traced;

    Exemplars(@ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean untraced) {
        this.traced = !untraced;
    }

    /** Replaces the bean of Quarkus: a sampler that reads the current span, or nothing without tracing. */
    @Produces
    @Alternative
    @Priority(1)
    Optional<ExemplarSampler> sampler() {
        return traced ? Optional.of(new DefaultExemplarSampler(new CurrentSpan())) : Optional.empty();
    }

    /** The span of the request; the simple client asks for its parts one by one, and takes null for none. */
    private static final class CurrentSpan implements SpanContextSupplier {

        @Override
        public String getTraceId() {
            return context().isValid() ? context().getTraceId() : null;
        }

        @Override
        public String getSpanId() {
            return context().isValid() ? context().getSpanId() : null;
        }

        @Override
        public boolean isSampled() {
            return context().isSampled();
        }

        private static SpanContext context() {
            return Span.current().getSpanContext();
        }
    }
}
