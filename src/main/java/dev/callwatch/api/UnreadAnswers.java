package dev.callwatch.api;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Bounds what is kept for clients that send requests and do not read the answers. Each connection is watched from its first
 * request on: by a {@link PipeliningGate} over HTTP/1.1, by an {@link Http2Watch} over HTTP/2. Either closes its connection when an
 * answer made no progress for 30 s, and already after 2 s while more than an eighth of the heap waits to be read.
 */
@ApplicationScoped
public class UnreadAnswers {

    /** How long an answer may wait to be read. */
    static final int MOST_SECONDS = 30;

    private static final Logger LOG = Logger.getLogger(UnreadAnswers.class);
    private static final AttributeKey<Guard> GUARD = AttributeKey.valueOf(UnreadAnswers.class, "guard");
    private static final String ONE_OF_MANY = UnreadAnswers.class.getName();
    private static final int SECONDS_UNDER_PRESSURE = 2;
    private static final long LEAST_BOUND = 4L << 20;
    private static final int SHARE_OF_HEAP = 8;

    private final AtomicLong total = new AtomicLong();
    private final Counter closed;
    private final int mostStreams;
    private final long bound;

    @Inject
    UnreadAnswers(
            MeterRegistry registry,
            @ConfigProperty(name = "quarkus.http.limits.max-concurrent-streams") int mostStreams) {
        this(registry, mostStreams, Math.max(LEAST_BOUND, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP));
    }

    /**
     * @param mostStreams at once over one connection
     * @param bound in bytes, over all connections
     */
    UnreadAnswers(MeterRegistry registry, int mostStreams, long bound) {
        this.mostStreams = mostStreams;
        this.bound = bound;
        this.closed = Disconnects.counter(registry, Disconnects.UNREAD);
        // Registered here, because the resources that count it are created with their first request.
        Disconnects.counter(registry, Disconnects.CLIENT);
    }

    /** Watches one connection. */
    interface Guard {

        /**
         * A request has begun.
         *
         * @return whether it is among the first of those that came at the same time
         */
        boolean requested();

        /**
         * Runs something once the answer to a request that is handled now has left this process, or once the connection is closed.
         *
         * @param stream of HTTP/2; any number over HTTP/1.1
         */
        void whenTaken(int stream, Runnable action);
    }

    void register(@Observes Filters filters) {
        filters.register(this::watch, TraceId.BEFORE_EVERYTHING + 1);
    }

    private void watch(RoutingContext request) {
        HttpConnection connection = request.request().connection();
        if (connection instanceof ConnectionBase known
                && !guard(known.channel()).requested()) {
            request.put(ONE_OF_MANY, true);
        }
        request.next();
    }

    /** Whether a request came over its connection at the same time as many others. */
    static boolean isOneOfMany(RoutingContext request) {
        return request.get(ONE_OF_MANY) != null;
    }

    /** Runs something once the answer to a request has left this process, or once its connection is closed. */
    void whenTaken(RoutingContext request, Runnable action) {
        HttpServerRequest incoming = request.request();
        if (incoming.connection() instanceof ConnectionBase known) {
            Channel channel = known.channel();
            int stream = incoming.streamId();
            // What waited for another request goes on with that one's event loop. The answer is written after this.
            if (channel.eventLoop().inEventLoop()) {
                guard(channel).whenTaken(stream, action);
            } else {
                channel.eventLoop().execute(() -> guard(channel).whenTaken(stream, action));
            }
        } else {
            action.run();
        }
    }

    private Guard guard(Channel channel) {
        Attribute<Guard> guard = channel.attr(GUARD);
        if (guard.get() == null) {
            guard.set(
                    channel.pipeline().get(Http2ConnectionHandler.class) == null
                            ? PipeliningGate.install(channel, this)
                            : Http2Watch.install(channel, this));
        }
        return guard.get();
    }

    /** How many streams one connection may have at once. */
    int mostStreams() {
        return mostStreams;
    }

    /** What one connection adds to what waits to be read, in bytes, has changed. */
    void changed(long before, long now) {
        total.addAndGet(now - before);
    }

    /**
     * Closes a connection whose answers wait too long.
     *
     * @param seconds for how long no byte of an answer was taken
     */
    boolean closeIfTooLong(Channel channel, int seconds) {
        boolean tooLong = seconds >= MOST_SECONDS || seconds >= SECONDS_UNDER_PRESSURE && total.get() > bound;
        if (tooLong) {
            LOG.debugf("Closing a connection: nobody read an answer for %d s", seconds);
            closed.increment();
            channel.unsafe().close(channel.voidPromise());
        }
        return tooLong;
    }
}
