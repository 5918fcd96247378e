package dev.callwatch.account;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.util.Map;
import java.util.Optional;

/** The settings of regions: further ones, or other URLs for the three that Vonage documents. */
@ConfigMapping(prefix = "callwatch.regions")
public interface RegionSettings {

    /** The regions by name. */
    @WithParentName
    Map<String, Entry> regions();

    /** One region. */
    interface Entry {

        /** The base URL: https, or http on a loopback address; required. */
        Optional<String> url();

        /** Whether the URL may be http on any address; tokens and calls are then sent unencrypted. */
        @WithDefault("false")
        String allowHttp();
    }
}
