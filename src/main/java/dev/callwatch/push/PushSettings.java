package dev.callwatch.push;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How events are pushed, and where to. Values are taken as text and checked by {@link PushOptions}. */
@ConfigMapping(prefix = "callwatch.push")
public interface PushSettings {

    /** What the {@code source} of events begins with: the URL under which this service is known. */
    Optional<String> source();

    /** Patterns of URLs that subscriptions may name, such as {@code https://*.example.com/hooks/*}; by default none. */
    Optional<List<String>> allowed();

    /** A PEM file with one or two Ed25519 private keys (PKCS #8) that sign every delivery; read once at start. */
    Optional<String> signingKeyFile();

    /** How long the delivery of an event is tried, 1 s to 7 d. */
    @WithDefault("24h")
    String retryFor();

    /** How much memory subscriptions and undelivered events may take, about, 1 MiB to 16 GiB. */
    @WithDefault("16M")
    String memory();

    /** Sinks that subscriptions may name, by a name of the operator's choice. */
    Map<String, SinkSettings> sinks();

    /** A sink. */
    interface SinkSettings {

        /** Where events go; required. */
        Optional<String> url();

        /** One secret, or two while one rotates: {@code whsec_} and 24 to 64 bytes in Base64. */
        Optional<List<String>> secret();

        /** A file with such secrets, one a line, read again for each delivery. */
        Optional<String> secretFile();

        /** A file with a bearer token for the sink, read again for each delivery. */
        Optional<String> tokenFile();

        /** A PEM file of the authorities that its certificate may come from, read once at start; by default the system's. */
        Optional<String> ca();

        /** {@code structured} or {@code binary}. */
        @WithDefault("structured")
        String contentMode();

        /** The keys of the accounts whose events it may get; by default all. */
        Optional<List<String>> accounts();

        /** Whether it gets the events of every call of its accounts that any replica reads, without subscriptions. */
        @WithDefault("false")
        String follow();

        /** The types of the events that {@link #follow} sends; by default all. */
        Optional<List<String>> types();

        /** Whether the events that {@link #follow} sends have telephone numbers; otherwise they are masked. */
        @WithDefault("false")
        String numbers();

        /** Further attributes of its events, by their names: 1 to 20 lower-case letters and digits. */
        Map<String, String> extensions();
    }
}
