package dev.callwatch.api;

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

/**
 * Puts our handlers into each new connection of the servers: a {@link HeadWatch}, and what answers {@link InvalidRequests}. Quarkus and
 * Vert.x have no hook that is called before the first request of a connection.
 */
@ApplicationScoped
public class NewConnections {

    private final UnfinishedHeads heads;
    private final InvalidRequests invalid;

    NewConnections(UnfinishedHeads heads, InvalidRequests invalid) {
        this.heads = heads;
        this.invalid = invalid;
    }

    void register(@ObservesAsync HttpServerStart started, Vertx vertx) {
        watch(vertx);
    }

    void registerTls(@ObservesAsync HttpsServerStart started, Vertx vertx) {
        watch(vertx);
    }

    /** Puts a handler into the channel of each server that listens now and has none. */
    void watch(Vertx vertx) {
        if (vertx instanceof VertxInternal known) {
            known.getAcceptorEventLoopGroup().forEach(loop -> loop.execute(() -> watch(loop)));
        }
    }

    private void watch(EventExecutor loop) {
        if (loop instanceof SingleThreadEventLoop channels) {
            channels.registeredChannelsIterator().forEachRemaining(channel -> {
                String name = Accepted.class.getName();
                if (channel instanceof ServerChannel && channel.pipeline().get(name) == null) {
                    channel.pipeline().addFirst(name, new Accepted(new Registered(heads, invalid)));
                }
            });
        }
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
