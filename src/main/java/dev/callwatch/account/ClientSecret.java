package dev.callwatch.account;

import java.nio.file.Path;

/** Where an account's OAuth 2.0 client secret comes from. Its text form never holds the secret. */
public sealed interface ClientSecret {

    /**
     * A secret given in the settings; it stays the same for the life of the process.
     *
     * @param value the secret itself
     */
    record Fixed(String value) implements ClientSecret {
        @Override
        public String toString() {
            return "Fixed[value=***]";
        }
    }

    /**
     * A mounted file (a Kubernetes Secret, say), read anew for each token request so that a rotated secret is used
     * without a restart.
     *
     * @param path the file; white space around its content does not count
     */
    record Mounted(Path path) implements ClientSecret {}
}
