package dev.callwatch.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Who may ask us. Values are taken as text and checked by {@link AccessControl}. */
@ConfigMapping(prefix = "callwatch.access")
public interface AccessSettings {

    /** {@code oidc}, or {@code none}, which has to be asked for. */
    @WithDefault("oidc")
    String mode();
}
