package dev.callwatch.call;

import dev.callwatch.settings.ConfigErrors;
import dev.callwatch.settings.SettingParser;
import jakarta.inject.Singleton;
import java.time.Duration;

/** {@link LookupSettings}, checked. */
@Singleton
public class LookupOptions {

    private static final String PREFIX = "callwatch.lookup.";
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration LEAST_RETENTION = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);

    /** Of the memory, a quarter is for what is made of calls, to be sent: JSON, masked statuses. The rest is for calls. */
    private static final int RENDERED_SHARE = 4;

    private static final int LOG_SHARE = 4;

    private final Duration deadline;
    private final Duration retention;
    private final long memory;
    private final Freshness freshness;

    /** Reads the settings; what is wrong with them is noted in {@code errors}. */
    public LookupOptions(LookupSettings settings, ConfigErrors errors) {
        SettingParser parser = new SettingParser(errors);
        this.deadline = parser.duration(
                PREFIX + "deadline", settings.deadline(), Duration.ofMillis(100), Duration.ofMinutes(1));
        this.freshness = new Freshness(
                parser.duration(PREFIX + "active-ttl", settings.activeTtl(), Duration.ZERO, HOUR),
                parser.duration(PREFIX + "ended-ttl", settings.endedTtl(), Duration.ZERO, DAY),
                parser.duration(PREFIX + "missing-ttl", settings.missingTtl(), Duration.ZERO, HOUR),
                parser.duration(PREFIX + "disposition-window", settings.dispositionWindow(), Duration.ZERO, DAY));
        this.retention =
                parser.duration(PREFIX + "retention", settings.retention(), Duration.ofMinutes(1), Duration.ofDays(30));
        this.memory = parser.memory(PREFIX + "memory", settings.memory(), 1L << 20, 1L << 36);
    }

    /** The longest that a look-up may take. */
    public Duration deadline() {
        return deadline;
    }

    /** How long a status is kept. */
    public Duration retention() {
        return retention;
    }

    /** How long a 404 of a call that was never read is kept. */
    public Duration missingRetention() {
        return freshness.missing().compareTo(LEAST_RETENTION) > 0 ? freshness.missing() : LEAST_RETENTION;
    }

    /** How many bytes may be kept of calls and their histories. */
    long callMemory() {
        return memory - renderedMemory();
    }

    /** How many bytes may be kept of what is made of calls, to be sent once more. */
    public long renderedMemory() {
        return memory / RENDERED_SHARE;
    }

    /**
     * How many bytes the logs of all accounts may keep of revisions in this process; and where those are in Redis, what waits to be
     * written there. Most of them are in the cache as well, with the same documents, so this is seldom more memory.
     */
    public long logMemory() {
        return memory / LOG_SHARE;
    }

    Freshness freshness() {
        return freshness;
    }
}
