package dev.callwatch.settings;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Finds settings below {@code callwatch.} that do not exist: most often a typing error, which would otherwise have no effect. */
@Singleton
public class UnknownSettings {

    private static final String PROPERTIES = "callwatch.";
    private static final String VARIABLES = "CALLWATCH_";
    private static final Pattern PROFILE = Pattern.compile("%[^.]+\\.");

    /**
     * What Kubernetes sets in a pod for each Service of the namespace, unless {@code enableServiceLinks} is false. A Service may be
     * named {@code callwatch}.
     */
    private static final Pattern SERVICE_LINK =
            Pattern.compile(".*_SERVICE_HOST|.*_SERVICE_PORT(_.*)?|.*_PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?");

    private static final Pattern SERVICE_PORT = Pattern.compile("(tcp|udp|sctp)://.*");

    private final SmallRyeConfig config;
    private final Map<String, String> environment;

    /** Reads the settings and the environment of this process. */
    @Inject
    public UnknownSettings(SmallRyeConfig config) {
        this(config, System.getenv());
    }

    UnknownSettings(SmallRyeConfig config, Map<String, String> environment) {
        this.config = config;
        this.environment = environment;
    }

    /** Adds an error for each. */
    public void addTo(ConfigErrors errors) {
        properties().stream()
                .filter(name -> SettingName.ALL.stream().noneMatch(setting -> setting.isProperty(name)))
                .forEach(name -> add(errors, name, false));
        new TreeMap<>(environment).forEach((name, value) -> {
            String variable = SettingName.variable(name);
            if (variable.startsWith(VARIABLES)
                    && SettingName.ALL.stream().noneMatch(setting -> setting.isVariable(variable))
                    && !isServiceLink(variable, value)) {
                add(errors, variable, true);
            }
        });
    }

    /** Without profiles, and without those that only the environment has: their names are guesses. */
    private Set<String> properties() {
        Set<String> properties = new TreeSet<>();
        for (String name : config.getPropertyNames()) {
            String property = PROFILE.matcher(name).replaceFirst("");
            String source = String.valueOf(config.getConfigValue(name).getConfigSourceName());
            if (property.startsWith(PROPERTIES) && !source.startsWith(EnvConfigSource.NAME)) {
                properties.add(property);
            }
        }
        return properties;
    }

    private static boolean isServiceLink(String variable, String value) {
        return SERVICE_LINK.matcher(variable).matches()
                || variable.endsWith("_PORT")
                        && SERVICE_PORT.matcher(value.toLowerCase(Locale.ROOT)).matches();
    }

    private static void add(ConfigErrors errors, String name, boolean variable) {
        errors.add(
                name,
                NearestName.of(name, variable)
                        .map(near -> "is not a setting; did you mean " + near + "?")
                        .orElse("is not a setting"));
    }
}
