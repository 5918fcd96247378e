package dev.callwatch.call;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How long a look-up may take and its answer counts. Values are taken as text and checked by {@link LookupOptions}. */
@ConfigMapping(prefix = "callwatch.lookup")
public interface LookupSettings {

    /** The longest a look-up may take, retries and waiting for a permit included; 100 ms to 1 min. */
    @WithDefault("5s")
    String deadline();

    /** How long the status of an active call (or one in an unknown state) is fresh; 0 to 1 h. */
    @WithDefault("1s")
    String activeTtl();

    /** How long the status of an ended call is fresh; 0 to 1 d. */
    @WithDefault("5m")
    String endedTtl();

    /** How long the answer is fresh that Vonage does not know the call; 0 to 1 h. */
    @WithDefault("5s")
    String missingTtl();

    /** How long after its end a call may still get its disposition; 0 to 1 d. */
    @WithDefault("30m")
    String dispositionWindow();

    /** How long a status is kept, for stale answers, entity tags and resumption; 1 min to 30 d. */
    @WithDefault("48h")
    String retention();

    /** How much memory the kept statuses and histories may take, about; 1 MiB to 64 GiB. */
    @WithDefault("64M")
    String memory();
}
