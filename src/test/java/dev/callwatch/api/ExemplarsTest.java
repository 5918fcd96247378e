package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.prometheus.client.exemplars.Exemplar;
import io.prometheus.client.exemplars.ExemplarSampler;
import org.junit.jupiter.api.Test;

class ExemplarsTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";

    @Test
    void nothing_is_sampled_without_tracing() {
        assertThat(new Exemplars(true).sampler()).isEmpty();
    }

    @Test
    void an_exemplar_names_the_current_span() {
        ExemplarSampler sampler = new Exemplars(false).sampler().orElseThrow();
        assertThat(sampler.sample(1, null)).isNull();
        Span span = Span.wrap(SpanContext.create(TRACE, SPAN, TraceFlags.getSampled(), TraceState.getDefault()));
        Exemplar exemplar = Context.current()
                .with(span)
                .wrapSupplier(() -> sampler.sample(1, null))
                .get();
        assertThat(exemplar.getLabelValue(1)).isNotBlank();
        assertThat(new String[] {exemplar.getLabelValue(0), exemplar.getLabelValue(1)})
                .containsExactlyInAnyOrder(TRACE, SPAN);
    }
}
