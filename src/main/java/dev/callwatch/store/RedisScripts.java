package dev.callwatch.store;

import dev.callwatch.time.Delay;
import dev.callwatch.time.Race;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.arc.InjectableInstance;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Command;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.mutiny.redis.client.Request;
import io.vertx.mutiny.redis.client.Response;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Runs scripts in Redis, none longer than a small share of a look-up's deadline. */
@Singleton
class RedisScripts {

    /** A Redis that takes longer is slow; if that goes on, each replica is better off without. */
    private static final Duration SLOW = Duration.ofMillis(50);

    /** A pause of this process or of Redis is waited out: to read a call once more costs more. */
    private static final int MOST_TIMES_SLOW = 5;

    private static final String UNKNOWN = "NOSCRIPT";

    private final Supplier<Redis> redis;
    private final Duration slow;
    private final RedisCircuit condition;
    private final Delay delay;
    private final MeterRegistry registry;

    @Inject
    RedisScripts(InjectableInstance<Redis> redis, RedisCircuit condition, Delay delay, MeterRegistry registry) {
        this(redis::get, SLOW, condition, delay, registry);
    }

    /**
     * @param redis asked for once there is something to send: without the setting there is none
     * @param slow how long a good answer takes at most; it is waited for five times as long
     */
    RedisScripts(Supplier<Redis> redis, Duration slow, RedisCircuit condition, Delay delay, MeterRegistry registry) {
        this.slow = slow;
        this.redis = redis;
        this.condition = condition;
        this.delay = delay;
        this.registry = registry;
    }

    /**
     * Runs a script.
     *
     * @param keys what it touches, all on one node of a cluster
     * @return its answer; or {@link RedisUnavailable}: at once while Redis is known to be away, as soon as that is known, and after
     *     250 ms at the latest
     */
    Uni<Response> run(RedisScript script, List<String> keys, List<String> arguments) {
        return Uni.createFrom()
                .deferred(() -> condition.isDegraded()
                        ? Uni.createFrom().failure(new RedisUnavailable("Redis is away"))
                        : within(slow, MOST_TIMES_SLOW, script, keys, arguments));
    }

    /** Runs a script although Redis may be away, to find out whether it is; a slow answer is none. */
    Uni<Response> probe(RedisScript script, List<String> keys, List<String> arguments) {
        return within(slow, 1, script, keys, arguments);
    }

    /** Runs a script although Redis may be away, and waits for longer than usual. */
    Uni<Response> patiently(Duration most, RedisScript script, List<String> keys, List<String> arguments) {
        return within(most, 1, script, keys, arguments);
    }

    private Uni<Response> within(
            Duration step, int steps, RedisScript script, List<String> keys, List<String> arguments) {
        return Uni.createFrom().deferred(() -> {
            Timer.Sample since = Timer.start(registry);
            AtomicBoolean late = new AtomicBoolean();
            Uni<Response> answer = send(script, keys, arguments)
                    .onFailure()
                    .transform(RedisScripts::unavailable)
                    .onFailure()
                    .invoke(condition::failed);
            return Race.between(answer, patience(step, steps, late))
                    .onItemOrFailure()
                    .invoke((some, failure) -> since.stop(timer(late.get(), failure)))
                    .invoke(some -> worked(script, late.get()));
        });
    }

    private Uni<Response> patience(Duration step, int left, AtomicBoolean late) {
        return Uni.createFrom().deferred(() -> delay.of(step)).chain(() -> {
            late.set(true);
            RedisUnavailable why = new RedisUnavailable("no answer within " + step.toMillis() + " ms");
            condition.failed(why);
            return left <= 1 || condition.isDegraded() ? Uni.createFrom().failure(why) : patience(step, left - 1, late);
        });
    }

    private void worked(RedisScript script, boolean late) {
        if (script.writes() && !late) {
            condition.worked();
        }
    }

    private Timer timer(boolean late, Throwable failure) {
        String answered = late ? "late" : "ok";
        return Timer.builder("callwatch.store.commands")
                .description("Scripts in Redis and their duration")
                .tag("outcome", failure == null || late ? answered : "failed")
                .register(registry);
    }

    private static RedisUnavailable unavailable(Throwable failure) {
        return new RedisUnavailable(Optional.ofNullable(failure.getMessage()).orElse("the connection was lost"));
    }

    private Uni<Response> send(RedisScript script, List<String> keys, List<String> arguments) {
        return send(Request.cmd(Command.EVALSHA).arg(script.sha1()), keys, arguments)
                .onFailure(failure -> String.valueOf(failure.getMessage()).startsWith(UNKNOWN))
                .recoverWithUni(() -> send(Request.cmd(Command.EVAL).arg(script.text()), keys, arguments));
    }

    private Uni<Response> send(Request request, List<String> keys, List<String> arguments) {
        request.arg(keys.size());
        keys.forEach(request::arg);
        arguments.forEach(request::arg);
        return redis.get().send(request);
    }
}
