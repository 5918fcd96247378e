package dev.callwatch.store;

import dev.callwatch.call.LookupOptions;
import dev.callwatch.settings.ConfigErrors;
import io.quarkus.arc.InjectableInstance;
import io.vertx.mutiny.redis.client.Redis;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;

/** {@link StoreSettings}, checked. */
@Singleton
public class StoreOptions {

    /** How long a replica holds the lease of a call that it reads; when the replica dies, others read the call after this time. */
    static final Duration LEASE = Duration.ofSeconds(3);

    private static final String STORE = "callwatch.store";
    private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private final boolean shared;
    private final String namespace;

    /** Reads the settings; what is wrong with them is noted in {@code errors}. */
    @Inject
    StoreOptions(StoreSettings settings, LookupOptions lookups, InjectableInstance<Redis> redis, ConfigErrors errors) {
        this(settings, lookups.deadline(), redis.getHandle().getBean().isActive(), errors);
    }

    /**
     * @param deadline of a look-up
     * @param hosts whether the settings say where Redis is
     */
    StoreOptions(StoreSettings settings, Duration deadline, boolean hosts, ConfigErrors errors) {
        this.shared = isShared(settings.kind(), errors);
        this.namespace = settings.namespace().trim();
        if (shared && !hosts) {
            errors.add("quarkus.redis.hosts", "is missing: " + STORE + "=redis needs it, such as redis://redis:6379");
        }
        if (shared && deadline.compareTo(LEASE) <= 0) {
            errors.add(
                    "callwatch.lookup.deadline",
                    "must be longer than " + LEASE.toSeconds() + "s with " + STORE
                            + "=redis: a look-up may have to wait so long for the lease of a replica that has died");
        }
        if (!NAMESPACE.matcher(namespace).matches()) {
            errors.add(STORE + ".namespace", "must be 1 to 64 letters, digits, ., _ or -, but is " + namespace);
        }
    }

    private static boolean isShared(String kind, ConfigErrors errors) {
        return switch (kind.trim().toLowerCase(Locale.ROOT)) {
            case "memory" -> false;
            case "redis" -> true;
            default -> {
                errors.add(STORE, "must be memory or redis, but is " + kind);
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
