package dev.callwatch.api;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.quarkus.vertx.http.HttpServerStart;
import io.quarkus.vertx.http.HttpsServerStart;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Inject;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Bounds what all connections together hold of request heads that have not ended: a sixteenth of the heap. The connection whose
 * head would pass the bound is closed, because nothing can be answered to half a head. A {@link HeadWatch} counts for each
 * connection. A head that ends within the read that it began in is never counted.
 */
@ApplicationScoped
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

    void register(@ObservesAsync HttpServerStart started, Vertx vertx, InvalidRequests invalid) {
        watch(vertx, invalid);
    }

    void registerTls(@ObservesAsync HttpsServerStart started, Vertx vertx, InvalidRequests invalid) {
        watch(vertx, invalid);
    }

    /**
     * Puts a handler into the channel of each server that listens now and has none. Quarkus and Vert.x have no hook that is called
     * before the first request of a connection.
     */
    void watch(Vertx vertx, InvalidRequests invalid) {
        if (vertx instanceof VertxInternal known) {
            known.getAcceptorEventLoopGroup().forEach(loop -> loop.execute(() -> watch(loop, invalid)));
        }
    }

    private void watch(EventExecutor loop, InvalidRequests invalid) {
        if (loop instanceof SingleThreadEventLoop channels) {
            channels.registeredChannelsIterator().forEachRemaining(channel -> {
                String name = Accepted.class.getName();
                if (channel instanceof ServerChannel && channel.pipeline().get(name) == null) {
                    channel.pipeline().addFirst(name, new Accepted(new Registered(this, invalid)));
                }
            });
        }
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
        LOG.warnf("Closed a connection: request heads without an end hold the %d bytes that they may", bound);
        closed.increment();
        channel.unsafe().close(channel.voidPromise());
    }

    /** Sees each new connection of a server before its pipeline is made. */
    private static final class Accepted extends ChannelInboundHandlerAdapter {

        private final Registered registered;

        private Accepted(Registered registered) {
            this.registered = registered;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof Channel connection) {
                connection.pipeline().addLast(registered);
            }
            ctx.fireChannelRead(message);
        }
    }

    /**
     * Waits until Vert.x has put in what finds out which protocol a client speaks. What decodes the protocol is added last, when it
     * is known: right behind the watch.
     */
    @Sharable
    private static final class Registered extends ChannelInboundHandlerAdapter {

        private final UnfinishedHeads heads;
        private final InvalidRequests invalid;

        private Registered(UnfinishedHeads heads, InvalidRequests invalid) {
            this.heads = heads;
            this.invalid = invalid;
        }

        @Override
        public void channelRegistered(ChannelHandlerContext ctx) {
            ctx.pipeline().addLast(HeadWatch.NAME, new HeadWatch(heads, invalid::register));
            ctx.fireChannelRegistered();
            ctx.pipeline().remove(this);
        }
    }
}
