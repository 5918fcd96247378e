package dev.callwatch.store;

import dev.callwatch.account.Faults;
import io.quarkus.arc.InjectableInstance;
import io.vertx.mutiny.redis.client.Redis;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.regex.Pattern;

/** {@link StoreSettings}, checked. */
@Singleton
public class StoreOptions {

    private static final String STORE = "callwatch.store";
    private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private final boolean shared;
    private final String namespace;

    /** Reads the settings; what is wrong with them is noted in {@code faults}. */
    @Inject
    StoreOptions(StoreSettings settings, InjectableInstance<Redis> redis, Faults faults) {
        this(settings, redis.getHandle().getBean().isActive(), faults);
    }

    /** @param hosts whether it is known where Redis is */
    StoreOptions(StoreSettings settings, boolean hosts, Faults faults) {
        this.shared = isShared(settings.kind(), faults);
        this.namespace = settings.namespace().trim();
        if (shared && !hosts) {
            faults.add("quarkus.redis.hosts", "is missing: " + STORE + "=redis needs it, such as redis://redis:6379");
        }
        if (!NAMESPACE.matcher(namespace).matches()) {
            faults.add(STORE + ".namespace", "must be 1 to 64 letters, digits, ., _ or -, but is " + namespace);
        }
    }

    private static boolean isShared(String kind, Faults faults) {
        return switch (kind.trim().toLowerCase(Locale.ROOT)) {
            case "memory" -> false;
            case "redis" -> true;
            default -> {
                faults.add(STORE, "must be memory or redis, but is " + kind);
                yield false;
            }
        };
    }

    /** Whether the state is in Redis. */
    public boolean isShared() {
        return shared;
    }

    String namespace() {
        return namespace;
    }
}
