package dev.callwatch.vonage;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** How requests to Vonage are made. Values are taken as text and checked by {@link VonageOptions}. */
@ConfigMapping(prefix = "callwatch.vonage")
public interface VonageSettings {

    /** The whole {@code Accept} header; Vonage's documents disagree on version and white space. */
    @WithDefault("application/json;version=3")
    String accept();

    /** {@code post}: client credentials in the token request's body; {@code basic}: in its header. */
    @WithDefault("post")
    String clientAuth();

    /** How long a connection may take, 10 ms to 1 min. */
    @WithDefault("1s")
    String connectTimeout();

    /** How long a request may take once connected, its whole answer included, 10 ms to 1 min. */
    @WithDefault("3s")
    String readTimeout();

    /**
     * A PEM file with the certificates of the authorities that may sign those of Vonage's hosts, in place of the
     * platform's; read once at start.
     */
    Optional<String> ca();

    /** A forward proxy, {@code http://host:port}, for every region that is not on a loopback address. */
    Optional<String> proxy();
}
