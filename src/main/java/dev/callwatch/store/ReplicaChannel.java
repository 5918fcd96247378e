package dev.callwatch.store;

import dev.callwatch.call.ReplicasReconnected;
import dev.callwatch.time.Delay;
import dev.callwatch.time.WallClock;
import io.quarkus.arc.InjectableInstance;
import io.quarkus.redis.datasource.ReactiveRedisDataSource;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Receives the messages of other replicas, and subscribes again when the connection is lost. */
@Singleton
class ReplicaChannel {

    private static final Logger LOG = Logger.getLogger(ReplicaChannel.class);

    private static final Duration BEFORE_RETURN = Duration.ofMillis(250);

    /** A message without content, by which a subscription is tested. */
    private static final String NO_CONTENT = "{}";

    private final Supplier<ReactiveRedisDataSource> redis;
    private final String channel;
    private final RedisCircuit circuit;
    private final Delay delay;
    private final WallClock clock;
    private final Runnable onReconnected;
    private final List<Consumer<ReplicaMessage>> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean subscribed;
    private volatile boolean lostOnce;
    private volatile boolean ended;

    @Inject
    ReplicaChannel(
            InjectableInstance<ReactiveRedisDataSource> redis,
            Keys keys,
            RedisCircuit circuit,
            Delay delay,
            WallClock clock,
            Event<ReplicasReconnected> onReconnected) {
        this(redis::get, keys, circuit, delay, clock, () -> onReconnected.fire(new ReplicasReconnected()));
    }

    /**
     * @param redis used only once there is a subscription: without the setting there is none
     * @param onReconnected called when messages may have been missed and arrive again
     */
    ReplicaChannel(
            Supplier<ReactiveRedisDataSource> redis,
            Keys keys,
            RedisCircuit circuit,
            Delay delay,
            WallClock clock,
            Runnable onReconnected) {
        this.redis = redis;
        this.clock = clock;
        this.channel = keys.channel();
        this.circuit = circuit;
        this.delay = delay;
        this.onReconnected = onReconnected;
    }

    /** Calls a listener with each message from now on, on the connection's event loop. */
    void listen(Consumer<ReplicaMessage> listener) {
        listeners.add(listener);
    }

    /** Sends a message to all replicas, this one included; where Redis cannot be used it is lost. */
    void publish(ReplicaMessage message) {
        if (circuit.isDegraded()) {
            return;
        }
        redis.get()
                .pubsub(String.class)
                .publish(channel, message.text())
                .subscribe()
                .with(published -> {}, unavailable -> {});
    }

    boolean isSubscribed() {
        return subscribed;
    }

    /** Subscribes, now and whenever the subscription is lost. */
    void subscribe() {
        Subscription subscription = new Subscription();
        redis.get()
                .pubsub(String.class)
                .subscribe(
                        List.of(channel),
                        subscription::received,
                        () -> subscription.suspect(null),
                        subscription::suspect)
                .subscribe()
                .with(subscriber -> begun(), subscription::failed);
    }

    /**
     * A subscription. In a cluster it holds a connection to each node, of which one delivers messages and the others are
     * closed when they are idle. Only a message that arrives after that shows that an idle one was closed.
     */
    private final class Subscription {

        private final AtomicBoolean suspected = new AtomicBoolean();
        private final AtomicBoolean lost = new AtomicBoolean();

        private void received(String text) {
            suspected.set(false);
            ReplicaChannel.this.received(text);
        }

        private void suspect(Throwable why) {
            if (ended || !suspected.compareAndSet(false, true)) {
                return;
            }
            redis.get()
                    .pubsub(String.class)
                    .publish(channel, NO_CONTENT)
                    .subscribe()
                    .with(published -> {}, unavailable -> {});
            delay.of(BEFORE_RETURN).subscribe().with(passed -> {
                if (suspected.get() && lose(why)) {
                    subscribe();
                }
            });
        }

        private void failed(Throwable why) {
            if (lose(why)) {
                delay.of(BEFORE_RETURN).subscribe().with(passed -> subscribe());
            }
        }

        /** Whether there is to be another one. */
        private boolean lose(Throwable why) {
            if (!lost.compareAndSet(false, true)) {
                return false;
            }
            if (subscribed) {
                LOG.debugf(why, "The subscription to the channel of the replicas was lost");
            }
            subscribed = false;
            lostOnce = true;
            return !ended;
        }
    }

    private void begun() {
        subscribed = true;
        // Messages were lost meanwhile. If Redis could not be used either, the next probe reports that it is back.
        if (lostOnce && !circuit.isDegraded()) {
            onReconnected.run();
        }
    }

    void end(@Observes ShutdownEvent end) {
        ended = true;
    }

    private void received(String text) {
        ReplicaMessage.of(text, clock.now())
                .ifPresent(message -> listeners.forEach(listener -> listener.accept(message)));
    }
}
