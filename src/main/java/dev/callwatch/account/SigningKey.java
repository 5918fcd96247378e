package dev.callwatch.account;

import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;

/** Where the key comes from that Vonage signs an account's notifications with. {@code toString()} never contains the key. */
public sealed interface SigningKey {

    /** RFC 7518, section 3.2: a key of HS256 has at least as many bits as its hash. */
    int LEAST_BYTES = 32;

    /**
     * A key in the settings. It does not change while the process runs.
     *
     * @param bytes the key itself, at least {@value #LEAST_BYTES} bytes; not to be changed
     */
    record Fixed(byte[] bytes) implements SigningKey {
        @Override
        public String toString() {
            return "Fixed[bytes=***]";
        }
    }

    /**
     * A key in a file, such as a mounted Kubernetes Secret. It is read again now and then, so that a rotated key is used without
     * a restart.
     *
     * @param path the file; white space around the key is ignored
     */
    record Mounted(Path path) implements SigningKey {}

    /**
     * Reads a key as VCC shows it.
     *
     * @param text Base64; white space around it is ignored
     * @return the key; nothing if the text is no Base64, or of fewer than {@value #LEAST_BYTES} bytes
     */
    static Optional<byte[]> decode(String text) {
        try {
            return Optional.of(Base64.getDecoder().decode(text.strip())).filter(key -> key.length >= LEAST_BYTES);
        } catch (IllegalArgumentException noBase64) {
            return Optional.empty();
        }
    }
}
