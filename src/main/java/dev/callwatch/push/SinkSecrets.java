package dev.callwatch.push;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where the secrets of a sink come from. */
sealed interface SinkSecrets {

    /** While one rotates there are two. */
    int MOST = 2;

    /** No secret: deliveries have no symmetric signature. */
    SinkSecrets NONE = new Fixed(List.of());

    /** Secrets in the settings. */
    record Fixed(List<SigningSecret> secrets) implements SinkSecrets {}

    /** Secrets in a file, one a line, read again for each delivery. */
    record Mounted(Path file) implements SinkSecrets {}

    /** Reads one or two secrets; nothing where the texts have another form. */
    static Optional<List<SigningSecret>> parse(List<String> texts) {
        List<SigningSecret> secrets = texts.stream()
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .map(SigningSecret::parse)
                .flatMap(Optional::stream)
                .toList();
        long given = texts.stream().filter(text -> !text.isBlank()).count();
        return !secrets.isEmpty() && secrets.size() == given && given <= MOST ? Optional.of(secrets) : Optional.empty();
    }
}
