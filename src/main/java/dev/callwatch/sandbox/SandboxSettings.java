package dev.callwatch.sandbox;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The sandbox as settings. */
@ConfigMapping(prefix = "callwatch.sandbox")
public interface SandboxSettings {

    /** Whether the stand-in for Vonage runs, with an account {@code sandbox} wired to it. */
    @WithDefault("false")
    boolean enabled();

    /** The loopback port of the stand-in, 1 to 65535. */
    @WithDefault("8090")
    int port();
}
