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
import java.util.function.Supplier;

/** Runs scripts in Redis, none longer than a small share of a look-up's deadline. */
@Singleton
class Scripts {

    /** Whoever waits longer for Redis is better off without. */
    private static final Duration MOST = Duration.ofMillis(50);

    private static final String UNKNOWN = "NOSCRIPT";

    private final Supplier<Redis> redis;
    private final Duration most;
    private final Condition condition;
    private final Delay delay;
    private final MeterRegistry registry;

    @Inject
    Scripts(InjectableInstance<Redis> redis, Condition condition, Delay delay, MeterRegistry registry) {
        this(redis::get, MOST, condition, delay, registry);
    }

    /**
     * @param redis asked for once there is something to send: without the setting there is none
     * @param most how long an answer is waited for
     */
    Scripts(Supplier<Redis> redis, Duration most, Condition condition, Delay delay, MeterRegistry registry) {
        this.most = most;
        this.redis = redis;
        this.condition = condition;
        this.delay = delay;
        this.registry = registry;
    }

    /**
     * Runs a script.
     *
     * @param keys what it touches, all on one node of a cluster
     * @return its answer, or {@link Unavailable} at once while Redis is known to be away, and after 50 ms otherwise
     */
    Uni<Response> run(Script script, List<String> keys, List<String> arguments) {
        return Uni.createFrom()
                .deferred(() -> condition.isDegraded()
                        ? Uni.createFrom().failure(new Unavailable("Redis is away"))
                        : within(most, script, keys, arguments))
                .invoke(condition::worked);
    }

    /** Runs a script although Redis may be away. */
    Uni<Response> probe(Script script, List<String> keys, List<String> arguments) {
        return within(most, script, keys, arguments);
    }

    /** Runs a script although Redis may be away, and waits longer than usual. */
    Uni<Response> within(Duration most, Script script, List<String> keys, List<String> arguments) {
        Uni<Response> late = Uni.createFrom()
                .deferred(() -> delay.of(most))
                .onItem()
                .transformToUni(passed ->
                        Uni.createFrom().failure(new Unavailable("no answer within " + most.toMillis() + " ms")));
        return Uni.createFrom().deferred(() -> {
            Timer.Sample since = Timer.start(registry);
            return Uni.combine()
                    .any()
                    .of(send(script, keys, arguments), late)
                    .onItemOrFailure()
                    .invoke((answer, failure) -> since.stop(timer(failure)))
                    .onFailure()
                    .transform(Scripts::unavailable)
                    .onFailure()
                    .invoke(condition::failed);
        });
    }

    private Timer timer(Throwable failure) {
        return Timer.builder("callwatch.store.commands")
                .description("Scripts in Redis and their duration")
                .tag("outcome", outcome(failure))
                .register(registry);
    }

    private static String outcome(Throwable failure) {
        if (failure == null) {
            return "ok";
        }
        return failure instanceof Unavailable ? "late" : "failed";
    }

    private static Unavailable unavailable(Throwable failure) {
        return failure instanceof Unavailable late
                ? late
                : new Unavailable(Optional.ofNullable(failure.getMessage()).orElse("the connection was lost"));
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
