package dev.callwatch.store;

import dev.callwatch.call.ReplicasReconnected;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jboss.logging.Logger;

/**
 * A circuit breaker for Redis. While it is open this replica works without Redis, and only the heartbeat goes there, as a
 * probe. Safe for concurrent use.
 */
// At start, so that its metrics exist, also where there is no Redis.
@Startup
@Singleton
public class RedisCircuit {

    private static final Logger LOG = Logger.getLogger(RedisCircuit.class);

    /** How many failures in a row open the circuit, unless all of them come within {@link #HICCUP}. */
    private static final int FAILURES = 3;

    private static final Duration HICCUP = Duration.ofMillis(150);

    /** One successful probe may be chance. */
    private static final int LEAST_PROBES = 2;

    /** At two probes a second this is 4 s: the circuit closes at the latest 5 s after Redis is back. */
    private static final int MOST_PROBES = 8;

    /** Where Redis fails again so soon, the circuit needs twice the probes to close. */
    private static final Duration RELAPSE = Duration.ofSeconds(10);

    /** Each replica has sent a heartbeat by then. */
    private static final Duration SETTLED = Duration.ofSeconds(5);

    private final boolean shared;
    private final Clock clock;
    private final Runnable onOpened;
    private final Runnable onClosed;

    private int failures;
    private int probes;
    private int probesNeeded = LEAST_PROBES;
    private Instant firstFailureAt = Instant.EPOCH;
    private Instant since = Instant.EPOCH;
    private Instant backAt = Instant.EPOCH;
    private volatile boolean degraded;
    private volatile int replicas = 1;

    @Inject
    RedisCircuit(
            StoreOptions options,
            Clock clock,
            MeterRegistry registry,
            Event<RedisLost> onOpened,
            Event<ReplicasReconnected> onClosed) {
        this(
                options.isShared(),
                clock,
                () -> onOpened.fire(new RedisLost()),
                () -> onClosed.fire(new ReplicasReconnected()));
        Gauge.builder("callwatch.store.degraded", this, circuit -> circuit.isDegraded() ? 1 : 0)
                .description("1 while this replica cannot use Redis")
                .register(registry);
        Gauge.builder("callwatch.store.replicas", this, RedisCircuit::replicas)
                .description("Replicas that share the state, as last known")
                .register(registry);
    }

    /**
     * @param onOpened called each time that the circuit opens
     * @param onClosed called each time that it closes
     */
    RedisCircuit(boolean shared, Clock clock, Runnable onOpened, Runnable onClosed) {
        this.shared = shared;
        this.clock = clock;
        this.onOpened = onOpened;
        this.onClosed = onClosed;
    }

    /** Whether the state is in Redis, by the settings. */
    public boolean isShared() {
        return shared;
    }

    /** Whether the circuit is open, so that this replica works without Redis. */
    public boolean isDegraded() {
        return degraded;
    }

    /** How many replicas share the state, this one included, as last known; at least 1. */
    public int replicas() {
        return replicas;
    }

    /** Notes how many replicas Redis knows of: too few at first, after an outage or where it was restarted empty. */
    synchronized void counted(int present) {
        boolean complete = !degraded && !clock.instant().isBefore(backAt.plus(SETTLED));
        if (complete || present > replicas) {
            replicas = Math.max(1, present);
        }
    }

    synchronized void worked() {
        failures = 0;
    }

    void failed(Throwable why) {
        boolean enough;
        synchronized (this) {
            Instant now = clock.instant();
            firstFailureAt = failures == 0 ? now : firstFailureAt;
            failures++;
            probes = 0;
            enough = failures >= FAILURES && !now.isBefore(firstFailureAt.plus(HICCUP));
        }
        if (enough) {
            lost(why);
        }
    }

    /** Opens the circuit at once: Redis cannot be used, as is known for certain. */
    void lost(Throwable why) {
        synchronized (this) {
            if (degraded) {
                return;
            }
            degraded = true;
            probes = 0;
            since = clock.instant();
            boolean relapse = since.isBefore(backAt.plus(RELAPSE));
            probesNeeded = relapse ? Math.min(MOST_PROBES, probesNeeded * 2) : LEAST_PROBES;
        }
        LOG.warnf(
                "Redis cannot be used (%s): this replica goes on without it, with 1/%d of each budget",
                why.getMessage(), replicas);
        onOpened.run();
    }

    /** Whether something failed since the last success. */
    synchronized boolean isSuspect() {
        return degraded || failures > 0;
    }

    /** A probe succeeded: Redis answers, stores what it is given, and its messages arrive. */
    void healthy() {
        Duration gone;
        synchronized (this) {
            failures = 0;
            probes++;
            if (!degraded || probes < probesNeeded) {
                return;
            }
            degraded = false;
            backAt = clock.instant();
            gone = Duration.between(since, clock.instant());
        }
        LOG.infof("Redis can be used again after %d ms: state is shared by %d replica(s)", gone.toMillis(), replicas);
        onClosed.run();
    }
}
