package dev.callwatch.account;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The key that Vonage gave an account. It is part of every path of Vonage's API and of ours.
 *
 * @param value 1 to 64 characters out of {@code A-Z a-z 0-9 _ -}; upper and lower case differ
 */
public record AccountKey(String value) {

    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /** @throws IllegalArgumentException if the value has another form */
    public AccountKey {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("not an account key");
        }
    }

    /**
     * Reads a key from a request or a setting.
     *
     * @param text any text
     * @return the key, or nothing if the text has another form
     */
    public static Optional<AccountKey> parse(String text) {
        return FORM.matcher(text).matches() ? Optional.of(new AccountKey(text)) : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
