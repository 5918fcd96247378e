package dev.callwatch.settings;

import io.quarkus.runtime.LaunchMode;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Packages the service with the profile {@code prod} and without the sandbox, whatever Maven was given. Quarkus makes the profile of
 * the build, and what our sources add to it, the defaults of the package: after {@code mvn package quarkus:run
 * -Dquarkus.profile=sandbox} everybody who started the jar would get the sandbox, and no access control. Who starts the service
 * chooses the profile; {@code quarkus:run} passes on the one that it was given.
 */
public class PackagedProfile implements SmallRyeConfigBuilderCustomizer {

    /** The source that Quarkus adds for the properties of Maven, and only to the settings of a build. */
    private static final String OF_MAVEN = "PropertiesConfigSource[source=Build system]";

    private static final int ABOVE_SYSTEM_PROPERTIES = 1_000;

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        LaunchMode mode = LaunchMode.current();
        boolean packages = builder.getSources().stream().anyMatch(PackagedProfile::isOfMaven);
        // Tests and the development mode have builds, too, which leave no package.
        if (packages && mode == LaunchMode.NORMAL) {
            Map<String, String> defaults =
                    Map.of(mode.getProfileKey(), mode.getDefaultProfile(), "callwatch.sandbox.enabled", "false");
            builder.withSources(
                    new PropertiesConfigSource(defaults, "callwatch defaults of the package", ABOVE_SYSTEM_PROPERTIES));
        }
    }

    /** Whether a source holds the properties of Maven, so that the settings are those of a build. */
    static boolean isOfMaven(ConfigSource source) {
        return OF_MAVEN.equals(source.getName());
    }
}
