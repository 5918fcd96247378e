package dev.callwatch.api;

import dev.callwatch.call.CacheDirectives;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The request directives of {@code Cache-Control} that have an effect (RFC 9111, section 5.2.1). */
final class CacheControl {

    private static final Pattern MAX_AGE = Pattern.compile("max-age=\"?([0-9]{1,9})\"?");
    private static final String MAX_AGE_NAME = "max-age=";

    private CacheControl() {}

    /** Reads the lines of the header. Ignores unknown and malformed directives. */
    static CacheDirectives parse(List<String> lines) {
        if (lines.isEmpty()) {
            return CacheDirectives.NONE;
        }
        List<String> directives = lines.stream()
                .flatMap(line -> Stream.of(line.split(",")))
                .map(directive -> directive.strip().toLowerCase(Locale.ROOT))
                .toList();
        Optional<Duration> maxAge = directives.contains("no-cache")
                ? Optional.of(Duration.ZERO)
                : directives.stream()
                        .filter(directive -> directive.startsWith(MAX_AGE_NAME))
                        .map(MAX_AGE::matcher)
                        .filter(matcher -> matcher.matches())
                        .map(matcher -> Duration.ofSeconds(Long.parseLong(matcher.group(1))))
                        .findFirst();
        return new CacheDirectives(maxAge, directives.contains("only-if-cached"));
    }
}
