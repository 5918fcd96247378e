package dev.callwatch.api;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Switches tracing off unless the settings name an endpoint to send spans to. */
public class TracingSwitch implements ConfigSourceFactory {

    private static final int BELOW_EVERY_SETTING = 90;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext settings) {
        boolean endpoint = Stream.of(
                        "quarkus.otel.exporter.otlp.endpoint",
                        "quarkus.otel.exporter.otlp.traces.endpoint",
                        "otel.exporter.otlp.endpoint")
                .map(settings::getValue)
                .anyMatch(TracingSwitch::isSet);
        return List.of(new PropertiesConfigSource(
                Map.of("quarkus.otel.sdk.disabled", Boolean.toString(!endpoint)),
                "callwatch tracing switch",
                BELOW_EVERY_SETTING));
    }

    private static boolean isSet(ConfigValue value) {
        // The default of Quarkus for the endpoint comes from the source of the lowest ordinal, and does not count.
        return value != null
                && value.getValue() != null
                && !value.getValue().isBlank()
                && value.getConfigSourceOrdinal() > Integer.MIN_VALUE;
    }
}
