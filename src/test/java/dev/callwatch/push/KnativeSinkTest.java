package dev.callwatch.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.callwatch.account.AccountSettings;
import dev.callwatch.settings.ConfigErrors;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KnativeSinkTest {

    private static final String SINK = "http://broker-ingress.knative-eventing.svc.cluster.local/callwatch/default";

    @Test
    void a_sink_binding_makes_a_sink_of_binary_events_with_its_attributes() {
        Sink sink = options(Map.of("K_SINK", SINK, "K_CE_OVERRIDES", "{\"extensions\":{\"region\":\"emea\"}}"))
                .sinks()
                .get("knative");
        assertThat(sink.url()).hasToString(SINK);
        assertThat(sink.contentMode()).isEqualTo(ContentMode.BINARY);
        assertThat(sink.extensions()).containsOnly(Map.entry("region", "emea"));
    }

    @Test
    void without_one_there_is_no_such_sink() {
        assertThat(options(Map.of()).sinks()).isEmpty();
        assertThat(options(Map.of("K_SINK", " ", "K_CE_OVERRIDES", "{}")).sinks())
                .isEmpty();
    }

    @Test
    void a_setting_of_the_user_wins() {
        Sink sink = options(Map.of("K_SINK", SINK, "callwatch.push.sinks.knative.content-mode", "structured"))
                .sinks()
                .get("knative");
        assertThat(sink.contentMode()).isEqualTo(ContentMode.STRUCTURED);
    }

    @Test
    void the_broker_may_get_every_call() {
        Sink sink = options(Map.of("K_SINK", SINK, "callwatch.push.sinks.knative.follow", "true"))
                .sinks()
                .get("knative");
        assertThat(sink.follow()).contains(new Sink.Follow(EventTypes.ALL, false));
    }

    @Test
    void attributes_that_are_none_stop_the_start() {
        for (String overrides : new String[] {
            "no json", "{\"extensions\":{\"Region\":\"emea\"}}", "{\"extensions\":{\"source\":\"elsewhere\"}}"
        }) {
            ConfigErrors errors = new ConfigErrors();
            options(Map.of("K_SINK", SINK, "K_CE_OVERRIDES", overrides), errors);
            assertThatThrownBy(errors::throwIfAny)
                    .hasMessageContaining("callwatch.push.sinks.knative.extensions.")
                    .hasMessageContaining("must be an attribute's name");
        }
    }

    private static PushOptions options(Map<String, String> settings) {
        ConfigErrors errors = new ConfigErrors();
        PushOptions options = options(settings, errors);
        errors.throwIfAny();
        return options;
    }

    private static PushOptions options(Map<String, String> settings, ConfigErrors errors) {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withMapping(PushSettings.class)
                .withMapping(AccountSettings.class)
                .withSources(new PropertiesConfigSource(new HashMap<>(settings), "environment", 300))
                .withSources(new KnativeSink())
                .build();
        return new PushOptions(
                config.getConfigMapping(PushSettings.class), config.getConfigMapping(AccountSettings.class), errors);
    }
}
