package dev.callwatch.store;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.mutiny.redis.client.Request;
import io.vertx.mutiny.redis.client.Response;
import java.util.concurrent.atomic.AtomicReference;

/** A client that loses what it is told to lose, once, as with a connection that breaks. */
final class FaultyRedis extends Redis {

    private final AtomicReference<RedisScript> lostRequest = new AtomicReference<>();
    private final AtomicReference<RedisScript> lostAnswer = new AtomicReference<>();

    FaultyRedis(Redis real) {
        super(real.getDelegate());
    }

    /** The next run of a script does not reach Redis. */
    void losesRequest(RedisScript script) {
        lostRequest.set(script);
    }

    /** The next run of a script is done, but its answer does not arrive. */
    void losesAnswer(RedisScript script) {
        lostAnswer.set(script);
    }

    /** Whether all is lost that was to be. */
    boolean isFine() {
        return lostRequest.get() == null && lostAnswer.get() == null;
    }

    @Override
    public Uni<Response> send(Request request) {
        if (isLost(request, lostRequest)) {
            return Uni.createFrom().failure(new IllegalStateException("the connection was closed"));
        }
        return isLost(request, lostAnswer)
                ? super.send(request)
                        .chain(answer ->
                                Uni.createFrom().failure(new IllegalStateException("the connection was closed")))
                : super.send(request);
    }

    private static boolean isLost(Request request, AtomicReference<RedisScript> lost) {
        RedisScript script = lost.get();
        return script != null && request.toString().contains(script.sha1()) && lost.compareAndSet(script, null);
    }
}
