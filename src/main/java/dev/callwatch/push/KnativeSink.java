package dev.callwatch.push;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Adds a sink {@code knative} to the settings where a SinkBinding of Knative names one in the environment ({@code K_SINK}), with the
 * attributes that {@code K_CE_OVERRIDES} adds to its events. A setting of the user wins.
 */
public class KnativeSink implements ConfigSourceFactory {

    private static final String PREFIX = "callwatch.push.sinks.knative.";
    private static final String OVERRIDES = "K_CE_OVERRIDES";
    private static final int BELOW_EVERY_SETTING = 90;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext settings) {
        return value(settings, "K_SINK")
                .<Iterable<ConfigSource>>map(url -> List.of(sink(url, value(settings, OVERRIDES))))
                .orElseGet(List::of);
    }

    private static ConfigSource sink(String url, Optional<String> overrides) {
        Map<String, String> sink = new HashMap<>(Map.of(PREFIX + "url", url, PREFIX + "content-mode", "binary"));
        overrides.ifPresent(text -> sink.putAll(extensions(text)));
        return new PropertiesConfigSource(sink, "Knative", BELOW_EVERY_SETTING);
    }

    private static Map<String, String> extensions(String overrides) {
        Map<String, String> extensions = new HashMap<>();
        try {
            JsonNode attributes = JSON.readTree(overrides).path("extensions");
            attributes
                    .properties()
                    .forEach(attribute -> extensions.put(
                            PREFIX + "extensions." + attribute.getKey(),
                            attribute.getValue().asText()));
        } catch (JsonProcessingException malformed) {
            // No attribute has this name, so that the check of the settings names it.
            extensions.put(PREFIX + "extensions." + OVERRIDES, overrides);
        }
        return extensions;
    }

    private static Optional<String> value(ConfigSourceContext settings, String name) {
        return Optional.ofNullable(settings.getValue(name))
                .map(ConfigValue::getValue)
                .map(String::trim)
                .filter(text -> !text.isEmpty());
    }
}
