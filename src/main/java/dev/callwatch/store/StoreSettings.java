package dev.callwatch.store;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;

/** Where the state is that replicas share. Values are taken as text and checked by {@link StoreOptions}. */
@ConfigMapping(prefix = "callwatch.store")
public interface StoreSettings {

    /** {@code memory} or {@code redis}. */
    @WithParentName
    @WithDefault("memory")
    String kind();

    /** What the names of all keys and channels in Redis begin with; 1 to 64 letters, digits, {@code .}, {@code _}, {@code -}. */
    @WithDefault("callwatch")
    String namespace();
}
