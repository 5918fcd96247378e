package dev.callwatch.call;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The identifier of a call: a UUID in its textual form of 36 characters (RFC 9562, section 4), always lower case.
 *
 * @param value the normalised text
 */
public record CallGuid(String value) {

    /** A GUID in lower case, as a regular expression without groups. */
    public static final String REGEX = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

    private static final Pattern FORM = Pattern.compile(REGEX);

    /** @throws IllegalArgumentException where the value is not a UUID in lower case */
    public CallGuid {
        if (!FORM.matcher(value).matches()) {
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
        return FORM.matcher(lower).matches() ? Optional.of(new CallGuid(lower)) : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
