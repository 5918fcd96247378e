package dev.callwatch.account;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.util.Map;
import java.util.Optional;

/**
 * The settings of the accounts. All values are text, which {@link Accounts} checks, so that one start reports every error.
 */
@ConfigMapping(prefix = "callwatch.accounts")
public interface AccountSettings {

    /** The accounts by their names; the operator chooses a name. */
    @WithParentName
    Map<String, Entry> accounts();

    /** One account. */
    interface Entry {

        /** The VCC account key, {@code [A-Za-z0-9_-]{1,64}}; the default is the name. */
        Optional<String> key();

        /** {@code emea}, {@code nam}, {@code apac} or a name under {@code callwatch.regions}; required. */
        Optional<String> region();

        /** The OAuth 2.0 client identifier; required. */
        Optional<String> clientId();

        /** The OAuth 2.0 client secret; either this or {@link #clientSecretFile()}. */
        Optional<String> clientSecret();

        /** A file that holds the client secret. It is read again for each token request, so that the secret can rotate. */
        Optional<String> clientSecretFile();

        /** The OAuth 2.0 scope; required, because Vonage does not document the scope of the calls API. */
        Optional<String> scope();

        /** The ISO 3166-1 alpha-2 country in which national numbers are read; optional. */
        Optional<String> country();

        /** Requests per minute, 1 to 100,000. The default is the limit that Vonage's own sample client sets itself. */
        @WithDefault("160")
        String requestsPerMinute();

        /** Requests that may follow each other at once, 1 to 100,000. */
        @WithDefault("100")
        String burst();

        /** The notifications that Vonage sends of the account. */
        Notifications notifications();
    }

    /** The web hooks of one account. */
    interface Notifications {

        /** The signing key of the subscription in VCC, in Base64, at least 32 bytes; either this or {@link #signingKeyFile()}. */
        Optional<String> signingKey();

        /** A file that holds the signing key. It is read again every 10 s, so that the key can rotate. */
        Optional<String> signingKeyFile();

        /** Whether calls that a notification names are followed although nobody asked for them. */
        @WithDefault("false")
        String follow();
    }
}
