package dev.callwatch.watch;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds what the statuses of all followed calls take together: an eighth of the heap, 8 MiB at least. The cache has a bound of its
 * own, but it cannot evict what subscribers still need. Safe for concurrent use.
 */
@Singleton
class FollowedMemory {

    private static final long LEAST_BOUND = 8L << 20;
    private static final int SHARE_OF_HEAP = 8;

    private final long bound;
    private final AtomicLong taken = new AtomicLong();

    @Inject
    FollowedMemory(MeterRegistry registry) {
        this(Math.max(LEAST_BOUND, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP));
        Gauge.builder("callwatch.watched.memory", taken, AtomicLong::get)
                .baseUnit("bytes")
                .description("What the statuses of followed calls take in memory")
                .register(registry);
    }

    /** @param bound in bytes */
    FollowedMemory(long bound) {
        this.bound = bound;
    }

    /** For one call; nothing so far. */
    Share share() {
        return new Share();
    }

    /** What the statuses of one call take. */
    final class Share {

        private long bytes;
        private boolean closed;

        private Share() {}

        /**
         * Takes as much as is named here, in place of what it has.
         *
         * @return whether it did: always where that is no more than it has, and after the end
         */
        synchronized boolean take(long now) {
            return now <= bytes ? replace(now, Long.MAX_VALUE) : replace(now, bound);
        }

        /**
         * Takes what a call can be followed without, in place of what it has: all calls together only up to half of the bound.
         *
         * @return whether it did: always after the end
         */
        synchronized boolean takeSpare(long now) {
            return replace(now, bound / 2);
        }

        private boolean replace(long now, long most) {
            if (closed) {
                return true;
            }
            long more = now - bytes;
            long before = taken.get();
            while (before + more <= most) {
                // Not even for a moment more than the bound: another call would find no room then.
                if (taken.compareAndSet(before, before + more)) {
                    bytes = now;
                    return true;
                }
                before = taken.get();
            }
            return false;
        }

        /** Gives all back for good. */
        synchronized void close() {
            taken.addAndGet(-bytes);
            bytes = 0;
            closed = true;
        }
    }
}
