package dev.callwatch.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.LaunchMode;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PackagedProfileTest {

    private static final String PROFILE = "quarkus.profile";
    private static final String OF_A_BUILD = "Build system";
    private static final int OF_SYSTEM_PROPERTIES = 400;

    private final LaunchMode before = LaunchMode.current();

    @AfterEach
    void restore() {
        LaunchMode.set(before);
    }

    @Test
    void a_profile_and_a_sandbox_given_to_maven_do_not_reach_the_package() {
        SmallRyeConfig settings = settings(LaunchMode.NORMAL, OF_A_BUILD);
        assertThat(settings.getConfigValue(PROFILE).getValue()).isEqualTo("prod");
        assertThat(settings.getConfigValue("callwatch.sandbox.enabled").getValue())
                .isEqualTo("false");
    }

    @Test
    void who_starts_the_service_chooses_the_profile() {
        assertThat(settings(LaunchMode.NORMAL, "no build")
                        .getConfigValue(PROFILE)
                        .getValue())
                .isEqualTo("sandbox");
    }

    @Test
    void the_development_mode_keeps_its_profile() {
        assertThat(settings(LaunchMode.DEVELOPMENT, OF_A_BUILD)
                        .getConfigValue(PROFILE)
                        .getValue())
                .isEqualTo("sandbox");
    }

    private static SmallRyeConfig settings(LaunchMode mode, String source) {
        LaunchMode.set(mode);
        Map<String, String> given = Map.of(PROFILE, "sandbox", "callwatch.sandbox.enabled", "true");
        return new SmallRyeConfigBuilder()
                .withSources(
                        new PropertiesConfigSource(given, "system properties", OF_SYSTEM_PROPERTIES),
                        new PropertiesConfigSource(Map.of(), source))
                .withCustomizers(new PackagedProfile())
                .build();
    }
}
