package dev.callwatch.settings;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.PropertiesConfigSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Reads environment variables with a chosen name of several words: {@code CALLWATCH_ACCOUNTS_UK_SALES_REGION} is the region of the
 * account {@code uk-sales}, or of the account with that spelling in another source, {@code uk_sales} for example. By itself
 * MicroProfile Config takes each word for a part of the name of the property.
 */
public class EnvironmentNames implements ConfigSourceFactory {

    private static final int BELOW_THE_ENVIRONMENT = 299;

    private final Map<String, String> environment;

    /** Reads the environment of this process. */
    public EnvironmentNames() {
        this(System.getenv());
    }

    EnvironmentNames(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext settings) {
        // During a build it adds nothing: the environment of the build must not become a part of the package.
        return settings.getConfigSources().stream().anyMatch(PackagedProfile::isOfMaven)
                ? List.of()
                : List.of(new PropertiesConfigSource(
                        properties(settings), "callwatch names of the environment", BELOW_THE_ENVIRONMENT));
    }

    private Map<String, String> properties(ConfigSourceContext settings) {
        Map<String, String> spellings = spellings(settings);
        Map<String, String> properties = new HashMap<>();
        environment.forEach((name, value) -> {
            String variable = SettingName.variable(name);
            setting(variable)
                    .ifPresent(setting -> setting.chosenIn(variable)
                            .filter(EnvironmentNames::hasSeveralWords)
                            .map(chosen -> setting.property(
                                    chosen.toLowerCase(Locale.ROOT).replace('_', '-')))
                            .map(property -> spellings.getOrDefault(variable, property))
                            .ifPresent(property -> properties.put(property, value)));
        });
        return properties;
    }

    /** The most precise one: {@code …_CLIENT_SECRET_FILE} is not the setting {@code file} of the name {@code …-client-secret}. */
    private static Optional<SettingName> setting(String variable) {
        return SettingName.ALL.stream()
                .filter(setting -> setting.isVariable(variable))
                .max(Comparator.comparingInt(SettingName::length));
    }

    /** Quotes, which are two underscores, are understood by MicroProfile Config. */
    private static boolean hasSeveralWords(String chosen) {
        return chosen.indexOf('_', 1) > 0 && !chosen.startsWith("_") && !chosen.contains("__");
    }

    /** Properties of other sources, by their variables. */
    private static Map<String, String> spellings(ConfigSourceContext settings) {
        Map<String, String> spellings = new HashMap<>();
        for (Iterator<String> names = settings.iterateNames(); names.hasNext(); ) {
            String name = names.next();
            if (SettingName.ALL.stream().anyMatch(setting -> setting.isProperty(name))) {
                spellings.putIfAbsent(SettingName.variable(name), name);
            }
        }
        return spellings;
    }
}
