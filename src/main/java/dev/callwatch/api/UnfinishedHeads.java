package dev.callwatch.api;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Bounds what all connections together hold of request heads that have not ended: a sixteenth of the heap. The connection whose
 * head would pass the bound is closed, because nothing can be answered to half a head. A {@link HeadWatch} counts for each
 * connection. A head that ends within the read that it began in is never counted.
 */
@Singleton
public class UnfinishedHeads {

    private static final Logger LOG = Logger.getLogger(UnfinishedHeads.class);
    private static final long LEAST_BOUND = 4L << 20;
    private static final int SHARE_OF_HEAP = 16;

    private final AtomicLong total = new AtomicLong();
    private final Counter closed;
    private final long bound;

    @Inject
    UnfinishedHeads(MeterRegistry registry) {
        this(registry, Math.max(LEAST_BOUND, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP));
    }

    /**
     * @param bound in bytes, over all connections
     */
    UnfinishedHeads(MeterRegistry registry, long bound) {
        this.bound = bound;
        this.closed = Disconnects.counter(registry, Disconnects.UNFINISHED);
    }

    /** How much all connections hold, in bytes. */
    long total() {
        return total.get();
    }

    /**
     * What one connection holds has changed.
     *
     * @param before in bytes
     * @param now in bytes
     * @return false if it would be too much for all connections together: nothing is changed then
     */
    boolean changed(long before, long now) {
        long difference = now - before;
        if (total.addAndGet(difference) <= bound || difference <= 0) {
            return true;
        }
        total.addAndGet(-difference);
        return false;
    }

    /** Closes a connection that would hold too much. */
    void close(Channel channel) {
        LOG.warnf("Closed a connection: unfinished request heads use up their limit of %d bytes", bound);
        closed.increment();
        channel.unsafe().close(channel.voidPromise());
    }
}
