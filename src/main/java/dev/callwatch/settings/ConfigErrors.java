package dev.callwatch.settings;

import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Collects the errors of settings, so that one refusal to start names every error. Not safe for concurrent use: it is filled while the
 * process starts.
 */
@Singleton
public class ConfigErrors {

    private record ConfigError(String key, String why) {}

    private final List<ConfigError> errors = new ArrayList<>();

    /**
     * Adds an error.
     *
     * @param key the full key of the setting
     * @param why what is wrong with it, as the rest of a sentence that starts with the key; never holds a secret
     */
    public void add(String key, String why) {
        errors.add(new ConfigError(key, why));
    }

    /**
     * Ends the check.
     *
     * @throws ConfigurationException if any error was added. Its message names every error; Quarkus prints it without a stack trace
     *     and exits with status 1
     */
    public void throwIfAny() {
        if (errors.isEmpty()) {
            return;
        }
        String message = errors.stream()
                .map(error -> "  " + error.key() + " " + error.why())
                .collect(Collectors.joining(System.lineSeparator()));
        Set<String> keys = errors.stream().map(ConfigError::key).collect(Collectors.toCollection(HashSet::new));
        throw new ConfigurationException(
                "Callwatch cannot start, these settings are missing or wrong:" + System.lineSeparator() + message,
                keys);
    }
}
