package dev.callwatch.api;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The preference of {@code Prefer} that has an effect: {@code wait} (RFC 7240, section 4.3). */
final class Preference {

    private static final Pattern WAIT = Pattern.compile("(?i)wait\\s*=\\s*\"?([0-9]{1,9})\"?\\s*(;.*)?");
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private Preference() {}

    /** How long to wait, at most 60 s. The first {@code wait} counts; a malformed one is ignored. */
    static Optional<Duration> wait(List<String> lines) {
        return lines.stream()
                .flatMap(line -> Stream.of(line.split(",")))
                .map(String::strip)
                .map(WAIT::matcher)
                .filter(Matcher::matches)
                .map(matcher -> Duration.ofSeconds(Long.parseLong(matcher.group(1))))
                .map(wait -> wait.compareTo(LONGEST) > 0 ? LONGEST : wait)
                .findFirst();
    }
}
