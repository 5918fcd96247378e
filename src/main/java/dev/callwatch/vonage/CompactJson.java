package dev.callwatch.vonage;

/**
 * Tells of JSON whether it would be written as the very same bytes again, so that nobody has to write it: US-ASCII without white space
 * between its tokens, without escapes, and without numbers but short natural ones. It need not be valid JSON.
 */
final class CompactJson {

    /** Of an integer: what is longer may be too long for a parser. */
    private static final int MOST_DIGITS = 18;

    private static final byte FIRST_PRINTABLE = ' ';
    private static final byte LAST_PRINTABLE = '~';

    private CompactJson() {}

    static boolean is(byte[] json) {
        boolean inText = false;
        int digits = 0;
        for (byte character : json) {
            if (character < FIRST_PRINTABLE || character > LAST_PRINTABLE || character == '\\') {
                return false;
            }
            if (character == '"') {
                inText = !inText;
            } else if (!inText) {
                boolean inNumber = digits > 0;
                digits = isDigit(character) ? digits + 1 : 0;
                if (digits > MOST_DIGITS || isUnusual(character, inNumber)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean isDigit(byte character) {
        return character >= '0' && character <= '9';
    }

    /** White space, and what is part of a number: signs, points, exponents. Other letters are those of true, false and null. */
    private static boolean isUnusual(byte character, boolean inNumber) {
        return switch (character) {
            case '{', '}', '[', ']', ',', ':' -> false;
            default -> !isDigit(character) && (inNumber || character < 'a' || character > 'z');
        };
    }
}
