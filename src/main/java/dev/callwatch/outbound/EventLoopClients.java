package dev.callwatch.outbound;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * REST clients for one address, one for each event loop. The pool of a client hands out whichever connection is free; over the
 * connection of another event loop a request and its answer change threads six times, which costs as much as all else that is done
 * for them. Safe for concurrent use.
 *
 * @param <T> the interface of the REST client
 */
public final class EventLoopClients<T> {

    private final Vertx vertx;
    private final Clock clock;
    private final int share;
    private final Map<EventExecutor, Pooled<T>> clients;

    /**
     * Makes the clients; nothing is sent yet.
     *
     * @param connections how many there may be at the same time, of all event loops; each may have one
     * @param client makes a client with at most the given number of connections
     */
    public EventLoopClients(Vertx vertx, Clock clock, int connections, IntFunction<T> client) {
        List<EventExecutor> loops = new ArrayList<>();
        ((VertxInternal) vertx).getEventLoopGroup().forEach(loops::add);
        this.vertx = vertx;
        this.clock = clock;
        this.share = Math.max(1, connections / loops.size());
        this.clients = loops.stream()
                .collect(Collectors.toUnmodifiableMap(Function.identity(), loop -> new Pooled<>(client.apply(share))));
    }

    /**
     * Sends a request with the client of the current event loop. While that one has no connection to spare, the one with the fewest
     * requests sends it, so that a burst on one event loop can use all connections. Where it has none, but another one has one that is
     * idle, that one sends it: a TLS handshake would cost more.
     *
     * @param request sends the request when it is subscribed to
     * @return what comes of it, on the current context
     */
    public <R> Uni<R> send(Function<T, Uni<R>> request) {
        return Uni.createFrom().deferred(() -> {
            Pooled<T> chosen = choose();
            chosen.open.incrementAndGet();
            return request.apply(chosen.client).onTermination().invoke(() -> chosen.ended(clock.instant()));
        });
    }

    private Pooled<T> choose() {
        EventLoop current = ((ContextInternal) vertx.getOrCreateContext()).nettyEventLoop();
        Pooled<T> own = clients.get(current);
        if (own.open.get() >= share) {
            return clients.values().stream()
                    .min(Comparator.comparingInt(other -> other.open.get()))
                    .orElse(own);
        }
        Instant now = clock.instant();
        return own.isConnected(now)
                ? own
                : clients.values().stream()
                        .filter(other -> other.isIdle(now))
                        .findAny()
                        .orElse(own);
    }

    /** A client, and how many of its requests have not ended. */
    private static final class Pooled<T> {

        private final T client;
        private final AtomicInteger open = new AtomicInteger();

        /** When its last request ended. */
        private volatile Instant usedAt = Instant.MIN;

        private Pooled(T client) {
            this.client = client;
        }

        private boolean isConnected(Instant now) {
            return now.isBefore(usedAt.plus(OutboundClients.IDLE));
        }

        private boolean isIdle(Instant now) {
            return open.get() == 0 && isConnected(now);
        }

        private void ended(Instant now) {
            usedAt = now;
            open.decrementAndGet();
        }
    }
}
