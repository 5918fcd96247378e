package dev.callwatch.push;

import java.util.Base64;
import java.util.Optional;

/** A secret that a sink shares with this service (Standard Webhooks, symmetric signatures). {@code toString()} never contains it. */
final class SigningSecret {

    private static final String PREFIX = "whsec_";
    private static final int LEAST_BYTES = 24;
    private static final int MOST_BYTES = 64;

    private final byte[] key;

    private SigningSecret(byte[] key) {
        this.key = key;
    }

    /** Reads {@code whsec_} and 24 to 64 bytes in Base64; nothing where the text has another form. */
    static Optional<SigningSecret> parse(String text) {
        if (!text.startsWith(PREFIX)) {
            return Optional.empty();
        }
        try {
            byte[] key = Base64.getDecoder().decode(text.substring(PREFIX.length()));
            return key.length >= LEAST_BYTES && key.length <= MOST_BYTES
                    ? Optional.of(new SigningSecret(key))
                    : Optional.empty();
        } catch (IllegalArgumentException noBase64) {
            return Optional.empty();
        }
    }

    byte[] key() {
        return key;
    }
}
