package dev.callwatch.store;

import dev.callwatch.time.Delay;
import dev.callwatch.time.Race;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.arc.InjectableInstance;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Command;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.mutiny.redis.client.Request;
import io.vertx.mutiny.redis.client.Response;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Runs scripts in Redis, none longer than a small share of a look-up's deadline. */
// At start, so that its metrics exist before the first command, and where there is no Redis.
@Startup
@Singleton
class RedisScripts {

    /** A Redis that takes longer is slow; if that goes on, each replica is better off without. */
    private static final Duration SLOW = Duration.ofMillis(50);

    /** A pause of this process or of Redis is waited out: to read a call once more costs more. */
    private static final int MOST_TIMES_SLOW = 5;

    private static final String UNKNOWN = "NOSCRIPT";

    private static final String OK = "ok";
    private static final String LATE = "late";
    private static final String FAILED = "failed";

    private final Supplier<Redis> redis;
    private final Duration slow;
    private final RedisCircuit circuit;
    private final Delay delay;
    private final MeterRegistry registry;

    @Inject
    RedisScripts(InjectableInstance<Redis> redis, RedisCircuit circuit, Delay delay, MeterRegistry registry) {
        this(redis::get, SLOW, circuit, delay, registry);
    }

    /**
     * @param redis asked for once there is something to send: without the setting there is none
     * @param slow how long a good answer takes at most; it is waited for five times as long
     */
    RedisScripts(Supplier<Redis> redis, Duration slow, RedisCircuit circuit, Delay delay, MeterRegistry registry) {
        this.slow = slow;
        this.redis = redis;
        this.circuit = circuit;
        this.delay = delay;
        this.registry = registry;
        List.of(OK, LATE, FAILED).forEach(this::timer);
    }

    /**
     * Runs a script.
     *
     * @return its answer; or {@link RedisUnavailable}: at once while the circuit is open, as soon as it opens, and after 250 ms at
     *     the latest
     */
    Uni<Response> run(ScriptCall call) {
        return Uni.createFrom()
                .deferred(() -> circuit.isDegraded()
                        ? Uni.createFrom().failure(new RedisUnavailable("Redis cannot be used now"))
                        : within(slow, MOST_TIMES_SLOW, call));
    }

    /** Runs a script whether the circuit is open or not, to find out whether Redis can be used. A slow answer is a failure. */
    Uni<Response> probe(ScriptCall call) {
        return within(slow, 1, call);
    }

    /** Runs a script whether the circuit is open or not, and waits for longer than usual. */
    Uni<Response> patiently(Duration most, ScriptCall call) {
        return within(most, 1, call);
    }

    private Uni<Response> within(Duration step, int steps, ScriptCall call) {
        return Uni.createFrom().deferred(() -> {
            Timer.Sample since = Timer.start(registry);
            AtomicBoolean late = new AtomicBoolean();
            Uni<Response> answer = send(call)
                    .onFailure()
                    .transform(RedisScripts::unavailable)
                    .onFailure()
                    .invoke(circuit::failed);
            return Race.between(answer, patience(step, steps, late))
                    .onItemOrFailure()
                    .invoke((some, failure) -> since.stop(timer(outcome(late.get(), failure))))
                    .invoke(some -> worked(call.script(), late.get()));
        });
    }

    private Uni<Response> patience(Duration step, int left, AtomicBoolean late) {
        return Uni.createFrom().deferred(() -> delay.of(step)).chain(() -> {
            late.set(true);
            RedisUnavailable why = new RedisUnavailable("no answer within " + step.toMillis() + " ms");
            circuit.failed(why);
            return left <= 1 || circuit.isDegraded() ? Uni.createFrom().failure(why) : patience(step, left - 1, late);
        });
    }

    private void worked(RedisScript script, boolean late) {
        if (script.writes() && !late) {
            circuit.worked();
        }
    }

    private static String outcome(boolean late, Throwable failure) {
        String answered = late ? LATE : OK;
        return failure == null || late ? answered : FAILED;
    }

    private Timer timer(String outcome) {
        return Timer.builder("callwatch.store.commands")
                .description("Scripts in Redis and their duration")
                .tag("outcome", outcome)
                .register(registry);
    }

    private static RedisUnavailable unavailable(Throwable failure) {
        return new RedisUnavailable(Optional.ofNullable(failure.getMessage()).orElse("the connection was lost"));
    }

    private Uni<Response> send(ScriptCall call) {
        return send(Request.cmd(Command.EVALSHA).arg(call.script().sha1()), call)
                .onFailure(failure -> String.valueOf(failure.getMessage()).startsWith(UNKNOWN))
                .recoverWithUni(
                        () -> send(Request.cmd(Command.EVAL).arg(call.script().text()), call));
    }

    private Uni<Response> send(Request request, ScriptCall call) {
        request.arg(call.keys().size());
        call.keys().forEach(request::arg);
        call.arguments().forEach(request::arg);
        return redis.get().send(request);
    }

    /** Field and value in turns, as scripts answer in every version of the protocol. */
    static Map<String, String> fields(Response answer) {
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i + 1 < answer.size(); i += 2) {
            fields.put(answer.get(i).toString(), answer.get(i + 1).toString());
        }
        return fields;
    }
}
