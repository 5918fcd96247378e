package dev.callwatch.store;

import dev.callwatch.FreePort;
import dev.callwatch.RedisExecutable;
import io.smallrye.context.SmallRyeContextManagerProvider;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Command;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.mutiny.redis.client.Request;
import io.vertx.mutiny.redis.client.Response;
import io.vertx.redis.client.RedisOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import redis.embedded.RedisServer;
import redis.embedded.core.RedisServerBuilder;

/** A real redis-server, which keeps nothing on disk. */
final class ARedis implements AutoCloseable {

    private static final Duration LONG = Duration.ofSeconds(5);

    static {
        // Mutiny does this at its first use, and fails if two tests that run beside each other are the first.
        SmallRyeContextManagerProvider.getManager();
    }

    private final int port = FreePort.next();
    private final Vertx vertx = Vertx.vertx();
    private final List<String> settings;
    private RedisServer server;
    private final Redis redis = Redis.createClient(vertx, options());

    /** @param settings lines of a redis.conf */
    ARedis(String... settings) {
        this.settings = List.of(settings);
        this.server = start();
    }

    int port() {
        return port;
    }

    Vertx vertx() {
        return vertx;
    }

    /** A client of its own, set up as in production. */
    Redis client() {
        return Redis.createClient(vertx, options());
    }

    /** Runs a command and waits for its answer. */
    Response run(Command command, Object... arguments) {
        Request request = Request.cmd(command);
        for (Object argument : arguments) {
            request.arg(argument.toString());
        }
        return redis.send(request).await().atMost(LONG);
    }

    void stop() {
        try {
            server.stop();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** The same again, empty. */
    void restart() {
        server = start();
    }

    @Override
    public void close() {
        redis.close();
        stop();
        vertx.close().await().atMost(LONG);
    }

    private RedisOptions options() {
        RedisOptions options = new RedisOptions()
                .setConnectionString("redis://localhost:" + port)
                .setMaxPoolWaiting(8192)
                .setPoolName("test-" + System.identityHashCode(new Object()));
        options.getNetClientOptions().setConnectTimeout(1_000).setReadIdleTimeout(3);
        return options;
    }

    private RedisServer start() {
        RedisServer made;
        try {
            RedisServerBuilder builder = RedisServer.newRedisServer()
                    .executableProvider(RedisExecutable::get)
                    .port(port)
                    .setting("save \"\"")
                    .setting("bind 127.0.0.1");
            settings.forEach(builder::setting);
            made = builder.build();
        } catch (IOException | RuntimeException noBinary) {
            Assumptions.abort("No redis-server for this platform: " + noBinary.getMessage());
            throw new IllegalStateException(noBinary);
        }
        try {
            made.start();
            return made;
        } catch (IOException notStarted) {
            throw new UncheckedIOException(notStarted);
        }
    }
}
