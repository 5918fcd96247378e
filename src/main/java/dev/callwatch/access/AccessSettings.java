package dev.callwatch.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who may use this service. Values are taken as text and checked by {@link AccessOptions}. */
@ConfigMapping(prefix = "callwatch.access")
public interface AccessSettings {

    /** {@code oidc}; or {@code none}, which is never the default. */
    @WithDefault("oidc")
    String mode();

    /** The issuers of bearer tokens, by a name of the operator's choice; at least one in mode {@code oidc}. */
    Map<String, Issuer> issuers();

    /** What callers may read, by a name of the operator's choice; without a rule that matches, nothing. */
    Map<String, Rule> rules();

    /** How much one caller may use. */
    LimitSettings limits();

    /** Whether each call that is read leaves a line in the audit log, beside what is denied. */
    @WithDefault("false")
    String auditReads();

    /** An issuer of bearer tokens (OpenID Connect Core 1.0, or a Kubernetes cluster). */
    interface Issuer {

        /** Exactly the {@code iss} of its tokens; https, or http on a loopback address; required. */
        Optional<String> url();

        /** What the {@code aud} of its tokens has to name. */
        @WithDefault("callwatch")
        String audience();

        /** Where its keys are; by default its discovery document says so. */
        Optional<String> jwksUrl();

        /** A PEM file of the authorities that its certificate may come from, read once at start; by default the system's. */
        Optional<String> ca();

        /** A file that holds a bearer token for the issuer itself, read again for each request for keys. */
        Optional<String> tokenFile();
    }

    /** One rule. All patterns that are given have to match; in a pattern {@code *} stands for any text. */
    interface Rule {

        /** The name of the issuer in these settings, or its URL. */
        Optional<String> issuer();

        /** The claim {@code sub}. */
        Optional<String> subject();

        /** One of the claim {@code groups}. */
        Optional<String> group();

        /** One of the claims {@code scope} or {@code scp}. */
        Optional<String> scope();

        /** Account keys, or {@code *} for all that this process holds; required. */
        Optional<List<String>> accounts();

        /**
         * {@code read}: statuses; {@code numbers}: telephone numbers in them unmasked; {@code push}: subscriptions, where
         * {@code read} is given too.
         */
        @WithDefault("read")
        List<String> permissions();
    }

    /** Limits of one caller, which is a subject of an issuer. In mode {@code none} there are none. */
    interface LimitSettings {

        /** Requests a second in the long run, 1 to 100,000. */
        @WithDefault("100")
        String requestsPerSecond();

        /** Requests at once, 1 to 100,000. */
        @WithDefault("200")
        String burst();

        /** Streams open at the same time, 1 to 100,000. */
        @WithDefault("100")
        String streams();

        /** Calls followed at the same time by streams and long polls, 1 to 1,000,000. */
        @WithDefault("1000")
        String watchedCalls();

        /** Subscriptions that have not ended, 1 to 1,000,000. */
        @WithDefault("1000")
        String subscriptions();
    }
}
