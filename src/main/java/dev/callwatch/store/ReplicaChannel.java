package dev.callwatch.store;

import dev.callwatch.call.ReplicasReconnected;
import dev.callwatch.time.Delay;
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

/** Hears what replicas tell each other, and subscribes again when the connection is lost. */
@Singleton
class ReplicaChannel {

    private static final Logger LOG = Logger.getLogger(ReplicaChannel.class);

    private static final Duration BEFORE_RETURN = Duration.ofMillis(250);

    /** Says nothing, but can be heard. */
    private static final String NO_NEWS = "{}";

    private final Supplier<ReactiveRedisDataSource> redis;
    private final String channel;
    private final RedisCircuit condition;
    private final Delay delay;
    private final Runnable back;
    private final List<Consumer<ReplicaMessage>> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean subscribed;
    private volatile boolean lostOnce;
    private volatile boolean ended;

    @Inject
    ReplicaChannel(
            InjectableInstance<ReactiveRedisDataSource> redis,
            Keys keys,
            RedisCircuit condition,
            Delay delay,
            Event<ReplicasReconnected> back) {
        this(redis::get, keys, condition, delay, () -> back.fire(new ReplicasReconnected()));
    }

    /**
     * @param redis asked for once there is something to hear: without the setting there is none
     * @param back told when notices may have been missed, and are heard again
     */
    ReplicaChannel(
            Supplier<ReactiveRedisDataSource> redis, Keys keys, RedisCircuit condition, Delay delay, Runnable back) {
        this.redis = redis;
        this.channel = keys.notices();
        this.condition = condition;
        this.delay = delay;
        this.back = back;
    }

    /** Tells somebody each notice from now on, on the connection's event loop. */
    void listen(Consumer<ReplicaMessage> listener) {
        listeners.add(listener);
    }

    boolean isSubscribed() {
        return subscribed;
    }

    /** Subscribes, now and whenever the subscription is lost. */
    void subscribe() {
        Subscription subscription = new Subscription();
        redis.get()
                .pubsub(String.class)
                .subscribe(List.of(channel), subscription::heard, () -> subscription.doubt(null), subscription::doubt)
                .subscribe()
                .with(subscriber -> begun(), subscription::failed);
    }

    /**
     * A subscription. In a cluster it holds a connection to each node, of which one brings notices and the others fall silent
     * and end: only what is heard after that tells whether it was one of those.
     */
    private final class Subscription {

        private final AtomicBoolean doubted = new AtomicBoolean();
        private final AtomicBoolean lost = new AtomicBoolean();

        private void heard(String text) {
            doubted.set(false);
            ReplicaChannel.this.heard(text);
        }

        private void doubt(Throwable why) {
            if (ended || !doubted.compareAndSet(false, true)) {
                return;
            }
            redis.get()
                    .pubsub(String.class)
                    .publish(channel, NO_NEWS)
                    .subscribe()
                    .with(told -> {}, untold -> {});
            delay.of(BEFORE_RETURN).subscribe().with(passed -> {
                if (doubted.get() && lose(why)) {
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
                LOG.debugf(why, "The subscription was lost");
            }
            subscribed = false;
            lostOnce = true;
            return !ended;
        }
    }

    private void begun() {
        subscribed = true;
        // What was told meanwhile is lost. Where Redis was away as well, the next probe finds it back.
        if (lostOnce && !condition.isDegraded()) {
            back.run();
        }
    }

    void end(@Observes ShutdownEvent end) {
        ended = true;
    }

    private void heard(String text) {
        ReplicaMessage.of(text).ifPresent(notice -> listeners.forEach(listener -> listener.accept(notice)));
    }
}
