package dev.callwatch.store;

import dev.callwatch.budget.Delay;
import dev.callwatch.call.ReplicasBack;
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
class Notices {

    private static final Logger LOG = Logger.getLogger(Notices.class);

    private static final Duration BEFORE_RETURN = Duration.ofMillis(250);

    private final Supplier<ReactiveRedisDataSource> redis;
    private final String channel;
    private final Condition condition;
    private final Delay delay;
    private final Runnable back;
    private final List<Consumer<Notice>> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean subscribed;
    private volatile boolean lostOnce;
    private volatile boolean ended;

    @Inject
    Notices(
            InjectableInstance<ReactiveRedisDataSource> redis,
            Keys keys,
            Condition condition,
            Delay delay,
            Event<ReplicasBack> back) {
        this(redis::get, keys, condition, delay, () -> back.fire(new ReplicasBack()));
    }

    /**
     * @param redis asked for once there is something to hear: without the setting there is none
     * @param back told when notices may have been missed, and are heard again
     */
    Notices(Supplier<ReactiveRedisDataSource> redis, Keys keys, Condition condition, Delay delay, Runnable back) {
        this.redis = redis;
        this.channel = keys.notices();
        this.condition = condition;
        this.delay = delay;
        this.back = back;
    }

    /** Tells somebody each notice from now on, on the connection's event loop. */
    void listen(Consumer<Notice> listener) {
        listeners.add(listener);
    }

    boolean isSubscribed() {
        return subscribed;
    }

    /** Subscribes, now and whenever the subscription is lost. */
    void subscribe() {
        AtomicBoolean lost = new AtomicBoolean();
        Consumer<Throwable> again = why -> {
            if (lost.compareAndSet(false, true)) {
                again(why);
            }
        };
        redis.get()
                .pubsub(String.class)
                .subscribe(List.of(channel), this::heard, () -> again.accept(null), again)
                .subscribe()
                .with(subscriber -> begun(), again);
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

    private void again(Throwable why) {
        if (subscribed) {
            LOG.debugf(why, "The subscription was lost");
        }
        subscribed = false;
        lostOnce = true;
        if (ended) {
            return;
        }
        delay.of(BEFORE_RETURN).subscribe().with(passed -> subscribe());
    }

    private void heard(String text) {
        Notice.of(text).ifPresent(notice -> listeners.forEach(listener -> listener.accept(notice)));
    }
}
