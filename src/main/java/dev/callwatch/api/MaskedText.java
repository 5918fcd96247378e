package dev.callwatch.api;

import dev.callwatch.phone.PhoneNumbers;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Masks texts. It does not search for what looks like a number: a character stays where it is known to stand for no digit, and
 * all others become {@code *}.
 */
final class MaskedText {

    private static final char HIDDEN = '*';
    private static final int SHOWN_AT_THE_END = 2;

    /** The last two of fewer digits would reveal too much. */
    private static final int LEAST_TO_SHOW_ANY = 4;

    /** The longest emergency and service numbers that are the same for everybody have three digits. */
    private static final int MOST_DIGITS_OF_A_CODE = 3;

    private static final int MOST_DIGITS_OF_AN_IDENTIFIER = 6;
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9._@-]{1,64}");

    /** What stands in the place of a number that was not sent. */
    private static final Set<String> NO_NUMBER =
            Set.of("anonymous", "blocked", "private", "restricted", "unavailable", "unknown", "withheld");

    private static final String SEPARATORS = " +-().,/:;@_";

    /** To Unicode these are letters: the digits of both ways to write a number in Chinese, and their compatibility forms. */
    private static final String HAN_DIGITS = "零一二三四五六七八九十壹贰貳叁參肆伍陆陸柒捌玖拾幺兩两\uF9B2\uF9D1\uF973\uF978\uF96B\uF9D3";

    private MaskedText() {}

    /**
     * Masks every digit of a text: the characters of all scripts that Unicode counts as numbers, symbols, and invisible
     * characters. A word of Latin letters and digits is masked whole, since its letters may be part of an encoded digit.
     */
    static String withoutDigits(String text) {
        StringBuilder masked = new StringBuilder(text.length());
        int from = 0;
        while (from < text.length()) {
            int end = endOfWord(text, from);
            if (end > from) {
                boolean hide = digitsIn(text, from, end) > 0;
                masked.append(hide ? String.valueOf(HIDDEN).repeat(end - from) : text.substring(from, end));
                from = end;
            } else {
                int character = text.codePointAt(from);
                masked.appendCodePoint(standsForNoDigit(character) ? character : HIDDEN);
                from += Character.charCount(character);
            }
        }
        return masked.toString();
    }

    /** A text with at most three digits is shown as it is, any other without its digits. */
    static String code(String text) {
        boolean harmless =
                text.codePoints().allMatch(character -> isLatinLetterOrDigit(character) || standsForNoDigit(character))
                        && digitsIn(text, 0, text.length()) <= MOST_DIGITS_OF_A_CODE;
        return harmless ? text : withoutDigits(text);
    }

    /** An identifier with at most six digits is shown as it is, any other without its digits. */
    static String identifier(String text) {
        boolean harmless =
                IDENTIFIER.matcher(text).matches() && digitsIn(text, 0, text.length()) <= MOST_DIGITS_OF_AN_IDENTIFIER;
        return harmless ? text : withoutDigits(text);
    }

    /**
     * Masks a text that is a telephone number: of four digits or more the last two stay, and so does the calling code of a
     * number in international form. Beside them only separators stay, and the words for a number that was not sent.
     */
    static String number(String text) {
        if (NO_NUMBER.contains(text.toLowerCase(Locale.ROOT))) {
            return text;
        }
        int[] characters = text.codePoints().toArray();
        long digits = text.codePoints().filter(Character::isDigit).count();
        int tail = digits < LEAST_TO_SHOW_ANY ? characters.length : beginOfTail(characters);
        int code = digits < LEAST_TO_SHOW_ANY ? 0 : callingCode(text, digits);
        StringBuilder masked = new StringBuilder(text.length());
        for (int position = 0; position < characters.length; position++) {
            boolean shown = isSeparator(characters[position]) || position >= tail || (position > 0 && position <= code);
            masked.appendCodePoint(shown ? characters[position] : HIDDEN);
        }
        return masked.toString();
    }

    /** Where the last two digits begin; the end of the text where something else stands among or behind them. */
    private static int beginOfTail(int[] characters) {
        int found = 0;
        for (int position = characters.length - 1; position >= 0; position--) {
            if (isSeparator(characters[position])) {
                continue;
            }
            if (!Character.isDigit(characters[position])) {
                return characters.length;
            }
            if (++found == SHOWN_AT_THE_END) {
                return position;
            }
        }
        return characters.length;
    }

    /** The digits of the calling code behind a {@code +} at the beginning; 0 where there is none, or nothing but it. */
    private static int callingCode(String text, long digits) {
        if (!text.startsWith("+")) {
            return 0;
        }
        int code =
                PhoneNumbers.callingCode(text.substring(1)).map(String::length).orElse(0);
        return code + SHOWN_AT_THE_END < digits ? code : 0;
    }

    private static boolean isSeparator(int character) {
        return SEPARATORS.indexOf(character) >= 0;
    }

    private static int endOfWord(String text, int from) {
        int end = from;
        while (end < text.length() && isLatinLetterOrDigit(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static int digitsIn(String text, int from, int end) {
        int digits = 0;
        for (int position = from; position < end; position++) {
            if (text.charAt(position) >= '0' && text.charAt(position) <= '9') {
                digits++;
            }
        }
        return digits;
    }

    private static boolean isLatinLetterOrDigit(int character) {
        return (character >= 'a' && character <= 'z')
                || (character >= 'A' && character <= 'Z')
                || (character >= '0' && character <= '9');
    }

    /** Letters, marks, punctuation, spaces and the symbols of currencies and mathematics. */
    static boolean standsForNoDigit(int character) {
        return switch (Character.getType(character)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.NON_SPACING_MARK,
                    Character.COMBINING_SPACING_MARK,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.CONNECTOR_PUNCTUATION,
                    Character.OTHER_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.CONTROL,
                    Character.MATH_SYMBOL,
                    Character.CURRENCY_SYMBOL,
                    Character.MODIFIER_SYMBOL -> true;
            case Character.OTHER_LETTER -> HAN_DIGITS.indexOf(character) < 0;
            default -> false;
        };
    }
}
