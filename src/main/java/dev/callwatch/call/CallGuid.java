package dev.callwatch.call;

import java.util.Locale;
import java.util.Optional;

/**
 * The identifier of a call: a UUID in its textual form of 36 characters (RFC 9562, section 4), always lower case.
 *
 * @param value the normalised text
 */
public record CallGuid(String value) {

    /** A GUID in lower case, as a regular expression without groups. */
    public static final String REGEX = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

    private static final int LENGTH = 36;

    /** Where the hyphens are: bit n stands for the character n. */
    private static final long HYPHENS = 1L << 8 | 1L << 13 | 1L << 18 | 1L << 23;

    /** @throws IllegalArgumentException where the value is not a UUID in lower case */
    public CallGuid {
        if (!isLowerCase(value)) {
            throw new IllegalArgumentException("not a UUID in lower case");
        }
    }

    /**
     * Reads what a caller sent.
     *
     * @param text a UUID in any case, without braces
     * @return the identifier, or nothing where the text is anything else
     */
    public static Optional<CallGuid> parse(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return isLowerCase(lower) ? Optional.of(new CallGuid(lower)) : Optional.empty();
    }

    /** The same as {@link #REGEX}: each look-up checks several, and a matcher would cost it more than what follows. */
    private static boolean isLowerCase(String text) {
        if (text.length() != LENGTH) {
            return false;
        }
        for (int i = 0; i < LENGTH; i++) {
            char c = text.charAt(i);
            boolean fits = (HYPHENS >> i & 1) == 1 ? c == '-' : c >= '0' && c <= '9' || c >= 'a' && c <= 'f';
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return value;
    }
}
