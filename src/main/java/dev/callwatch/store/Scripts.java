package dev.callwatch.store;

import dev.callwatch.budget.Delay;
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
class Scripts {

    /** A Redis that takes longer is slow; if that goes on, each replica is better off without. */
    private static final Duration SLOW = Duration.ofMillis(50);

    /** A pause of this process or of Redis is waited out: to read a call once more costs more. */
    private static final int MOST_TIMES_SLOW = 5;

    private static final String UNKNOWN = "NOSCRIPT";

    private final Supplier<Redis> redis;
    private final Duration slow;
    private final Condition condition;
    private final Delay delay;
    private final MeterRegistry registry;

    @Inject
    Scripts(InjectableInstance<Redis> redis, Condition condition, Delay delay, MeterRegistry registry) {
        this(redis::get, SLOW, condition, delay, registry);
    }

    /**
     * @param redis asked for once there is something to send: without the setting there is none
     * @param slow how long a good answer takes at most; it is waited for five times as long
     */
    Scripts(Supplier<Redis> redis, Duration slow, Condition condition, Delay delay, MeterRegistry registry) {
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
     * @return its answer; or {@link Unavailable}: at once while Redis is known to be away, as soon as that is known, and after
     *     250 ms at the latest
     */
    Uni<Response> run(Script script, List<String> keys, List<String> arguments) {
        return Uni.createFrom()
                .deferred(() -> condition.isDegraded()
                        ? Uni.createFrom().failure(new Unavailable("Redis is away"))
                        : within(slow, MOST_TIMES_SLOW, script, keys, arguments));
    }

    /** Runs a script although Redis may be away, to find out whether it is; a slow answer is none. */
    Uni<Response> probe(Script script, List<String> keys, List<String> arguments) {
        return within(slow, 1, script, keys, arguments);
    }

    /** Runs a script although Redis may be away, and waits for longer than usual. */
    Uni<Response> patiently(Duration most, Script script, List<String> keys, List<String> arguments) {
        return within(most, 1, script, keys, arguments);
    }

    private Uni<Response> within(Duration step, int steps, Script script, List<String> keys, List<String> arguments) {
        return Uni.createFrom().deferred(() -> {
            Timer.Sample since = Timer.start(registry);
            AtomicBoolean late = new AtomicBoolean();
            Uni<Response> answer = send(script, keys, arguments)
                    .onFailure()
                    .transform(Scripts::unavailable)
                    .onFailure()
                    .invoke(condition::failed);
            return Uni.combine()
                    .any()
                    .of(answer, patience(step, steps, late))
                    .onItemOrFailure()
                    .invoke((some, failure) -> since.stop(timer(late.get(), failure)))
                    .invoke(some -> worked(script, late.get()));
        });
    }

    private Uni<Response> patience(Duration step, int left, AtomicBoolean late) {
        return Uni.createFrom().deferred(() -> delay.of(step)).chain(() -> {
            late.set(true);
            Unavailable why = new Unavailable("no answer within " + step.toMillis() + " ms");
            condition.failed(why);
            return left <= 1 || condition.isDegraded() ? Uni.createFrom().failure(why) : patience(step, left - 1, late);
        });
    }

    private void worked(Script script, boolean late) {
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

    private static Unavailable unavailable(Throwable failure) {
        return new Unavailable(Optional.ofNullable(failure.getMessage()).orElse("the connection was lost"));
    }

    private Uni<Response> send(Script script, List<String> keys, List<String> arguments) {
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
