package dev.callwatch.sandbox;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The settings of the sandbox. */
@ConfigMapping(prefix = "callwatch.sandbox")
public interface SandboxSettings {

    /** The port where none is set. */
    String DEFAULT_PORT = "8090";

    /** Whether a fake Vonage runs in this process, with an account {@code sandbox} that uses it. */
    @WithDefault("false")
    boolean enabled();

    /** The loopback port of the fake Vonage, 1 to 65535. */
    @WithDefault(DEFAULT_PORT)
    int port();

    /** Whether the fake Vonage sends notifications (web hooks) to this service, while a call of the sandbox lives. */
    @WithDefault("false")
    boolean notifications();
}
