package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TracingSwitchTest {

    private static final String DISABLED = "quarkus.otel.sdk.disabled";

    @Test
    void tracing_is_off_without_an_endpoint() {
        assertThat(builder().build().getValue(DISABLED, Boolean.class)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"quarkus.otel.exporter.otlp.endpoint", "quarkus.otel.exporter.otlp.traces.endpoint"})
    void tracing_is_on_with_an_endpoint(String key) {
        SmallRyeConfig config =
                builder().withSources(cacheStatus(key, "http://collector:4317")).build();
        assertThat(config.getValue(DISABLED, Boolean.class)).isFalse();
    }

    @Test
    void the_default_endpoint_of_the_framework_does_not_count() {
        SmallRyeConfig config = builder()
                .withDefaultValue("quarkus.otel.exporter.otlp.endpoint", "http://localhost:4317")
                .build();
        assertThat(config.getValue(DISABLED, Boolean.class)).isTrue();
    }

    @Test
    void an_explicit_setting_wins() {
        SmallRyeConfig config =
                builder().withSources(cacheStatus(DISABLED, "false")).build();
        assertThat(config.getValue(DISABLED, Boolean.class)).isFalse();
    }

    private static SmallRyeConfigBuilder builder() {
        return new SmallRyeConfigBuilder().addDefaultInterceptors().withSources(new TracingSwitch());
    }

    private static PropertiesConfigSource cacheStatus(String key, String value) {
        return new PropertiesConfigSource(Map.of(key, value), "test", 250);
    }
}
