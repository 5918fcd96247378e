package dev.callwatch.api;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Proactive content negotiation (RFC 9110, section 12.5.1). */
final class Accept {

    private static final Pattern QUALITY = Pattern.compile("(?i)q=(0(?:\\.[0-9]{0,3})?|1(?:\\.0{0,3})?)");
    private static final String ANY = "*/*";

    private Accept() {}

    /** A media range, and how much its media types are wanted. */
    private record Range(String name, double quality) {

        /** How exactly it names a media type: 0 where it does not. */
        private int precision(String mediaType) {
            if (name.equals(mediaType)) {
                return 3;
            }
            if (name.equals(mediaType.substring(0, mediaType.indexOf('/')) + "/*")) {
                return 2;
            }
            return name.equals(ANY) ? 1 : 0;
        }
    }

    /**
     * What a client wants most.
     *
     * @param lines of the request header {@code Accept}; malformed ranges name nothing
     * @param offered media types without parameters, the preferred one first
     * @return one of those, or nothing where the client accepts none of them
     */
    static Optional<String> best(List<String> lines, List<String> offered) {
        String preferred = offered.get(0);
        boolean usual = lines.isEmpty()
                || lines.size() == 1
                        && (lines.get(0).equals(ANY) || lines.get(0).equals(preferred));
        if (usual || lines.stream().allMatch(String::isBlank)) {
            return Optional.of(preferred);
        }
        List<Range> ranges = lines.stream()
                .flatMap(line -> Stream.of(line.split(",")))
                .map(Accept::range)
                .flatMap(Optional::stream)
                .toList();
        // The sort is stable: of media types that are wanted equally, the first that is offered wins.
        return offered.stream()
                .filter(mediaType -> quality(ranges, mediaType) > 0)
                .sorted(Comparator.comparing(mediaType -> -quality(ranges, mediaType)))
                .findFirst();
    }

    /** The most precise range decides. */
    private static double quality(List<Range> ranges, String mediaType) {
        return ranges.stream()
                .filter(range -> range.precision(mediaType) > 0)
                .max(Comparator.comparing(range -> range.precision(mediaType)))
                .map(Range::quality)
                .orElse(0.0);
    }

    private static Optional<Range> range(String text) {
        String[] parts = text.split(";");
        double quality = 1;
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip();
            Matcher weight = QUALITY.matcher(parameter);
            if (weight.matches()) {
                quality = Double.parseDouble(weight.group(1));
            } else if (parameter.isEmpty() || parameter.regionMatches(true, 0, "q=", 0, 2)) {
                return Optional.empty();
            }
        }
        return parts.length == 0
                ? Optional.empty()
                : Optional.of(new Range(parts[0].strip().toLowerCase(Locale.ROOT), quality));
    }
}
