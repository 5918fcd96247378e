package dev.callwatch.account;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.util.Map;
import java.util.Optional;

/** Regions added to the three that Vonage documents, or set in their place. */
@ConfigMapping(prefix = "callwatch.regions")
public interface RegionSettings {

    /** The regions by name. */
    @WithParentName
    Map<String, Entry> regions();

    /** One region. */
    interface Entry {

        /** The base URL: https, or http on a loopback address; required. */
        Optional<String> url();

        /** Whether the URL may be http elsewhere too; tokens and calls then travel in the clear. */
        @WithDefault("false")
        String allowHttp();
    }
}
