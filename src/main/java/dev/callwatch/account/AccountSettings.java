package dev.callwatch.account;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.util.Map;
import java.util.Optional;

/**
 * The accounts as settings. Values are taken as text and checked by {@link Accounts}, so that one start names every
 * fault.
 */
@ConfigMapping(prefix = "callwatch.accounts")
public interface AccountSettings {

    /** The accounts by a name of the operator's choice. */
    @WithParentName
    Map<String, Entry> accounts();

    /** One account. */
    interface Entry {

        /** The VCC account key, {@code [A-Za-z0-9_-]{1,64}}; by default the name. */
        Optional<String> key();

        /** {@code emea}, {@code nam}, {@code apac} or a name under {@code callwatch.regions}; required. */
        Optional<String> region();

        /** The OAuth 2.0 client identifier; required. */
        Optional<String> clientId();

        /** The OAuth 2.0 client secret; either this or {@link #clientSecretFile()}. */
        Optional<String> clientSecret();

        /** A file that holds the client secret, read anew for each token request. */
        Optional<String> clientSecretFile();

        /** The OAuth 2.0 scope; required, Vonage documents none for the calls API. */
        Optional<String> scope();

        /** The ISO 3166-1 alpha-2 country of national numbers. */
        Optional<String> country();

        /** Requests a minute, 1 to 100,000; the default is the one figure Vonage's own sample client uses. */
        @WithDefault("160")
        String requestsPerMinute();

        /** Requests at once, 1 to 100,000. */
        @WithDefault("100")
        String burst();
    }
}
