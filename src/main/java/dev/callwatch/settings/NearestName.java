package dev.callwatch.settings;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the setting that somebody may have meant. */
final class NearestName {

    /** The part that all names have in common says nothing. */
    private static final int PREFIX = "callwatch.".length();

    private static final int CHARACTERS_PER_MISTAKE = 4;
    private static final int MISTAKES_OF_A_SHORT_NAME = 2;

    private record Candidate(String name, int distance) {}

    private NearestName() {}

    /**
     * The nearest name of a setting.
     *
     * @param given a property or a variable that is no setting
     * @param variable whether it is a variable
     * @return a property, or a variable if one was given; nothing if none is near
     */
    static Optional<String> of(String given, boolean variable) {
        String separator = variable ? "_" : ".";
        List<String> words = List.of(given.split(variable ? "_" : "\\."));
        return SettingName.ALL.stream()
                .flatMap(setting -> candidates(setting, words, separator))
                .map(name -> variable ? SettingName.variable(name) : name)
                .map(name -> new Candidate(name, distance(given, name)))
                .filter(candidate -> candidate.distance() <= mistakes(given))
                .min(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
                .map(Candidate::name);
    }

    private static int mistakes(String given) {
        return Math.max(MISTAKES_OF_A_SHORT_NAME, (given.length() - PREFIX) / CHARACTERS_PER_MISTAKE);
    }

    /** The setting with every run of words that may be the chosen name. */
    private static Stream<String> candidates(SettingName setting, List<String> words, String separator) {
        if (setting.property("").equals(setting.toString())) {
            return Stream.of(setting.toString());
        }
        int before = (int) setting.toString()
                .substring(0, setting.toString().indexOf(SettingName.CHOSEN))
                .chars()
                .filter(character -> character == '.')
                .count();
        return before >= words.size()
                ? Stream.empty()
                : Stream.iterate(before + 1, end -> end <= words.size(), end -> end + 1)
                        .map(end -> String.join(separator, words.subList(before, end)))
                        .map(setting::property);
    }

    /** The insertions, deletions and replacements of characters that make one text of the other (Levenshtein). */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        Arrays.setAll(row, column -> column);
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[other.length()];
    }
}
