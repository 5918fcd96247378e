package dev.callwatch.account;

import java.util.Optional;

/**
 * The key that Vonage gave an account. It is part of every path of Vonage's API and of ours.
 *
 * @param value 1 to 64 characters out of {@code A-Z a-z 0-9 _ -}; upper and lower case differ
 */
public record AccountKey(String value) {

    private static final int LONGEST = 64;

    /** @throws IllegalArgumentException if the value has another form */
    public AccountKey {
        if (!isKey(value)) {
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
        return isKey(text) ? Optional.of(new AccountKey(text)) : Optional.empty();
    }

    private static boolean isKey(String text) {
        if (text.isEmpty() || text.length() > LONGEST) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (!isAllowed(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAllowed(char c) {
        return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-';
    }

    @Override
    public String toString() {
        return value;
    }
}
