package dev.callwatch.call;

import java.util.Locale;
import java.util.regex.Pattern;

/** Vonage's enumeration values in the form that ours have: {@code NoAnswer} becomes {@code no-answer}. */
final class WireName {

    private static final Pattern BEGIN_OF_WORD =
            Pattern.compile("(?<=[\\p{Ll}\\p{Nd}])(?=\\p{Lu})|(?<=\\p{Lu})(?=\\p{Lu}\\p{Ll})");
    private static final Pattern BETWEEN_WORDS = Pattern.compile("[\\s_-]+");

    private WireName() {}

    /** Converts a value, documented or new. */
    static String of(String value) {
        String words = BEGIN_OF_WORD.matcher(value.strip()).replaceAll("-");
        return BETWEEN_WORDS.matcher(words).replaceAll("-").toLowerCase(Locale.ROOT);
    }
}
