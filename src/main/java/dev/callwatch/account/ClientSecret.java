package dev.callwatch.account;

import java.nio.file.Path;

/** Where the OAuth 2.0 client secret of an account comes from. {@code toString()} never contains the secret. */
public sealed interface ClientSecret {

    /**
     * A secret in the settings. It does not change while the process runs.
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
     * A secret in a file, such as a mounted Kubernetes Secret. The file is read for each token request, so that a rotated secret is
     * used without a restart.
     *
     * @param path the file; white space around the secret is ignored
     */
    record Mounted(Path path) implements ClientSecret {}
}
