package dev.callwatch.chaos;

import dev.callwatch.CuttableProxy;
import dev.callwatch.RedisProcess;
import dev.callwatch.Replica;
import dev.callwatch.ScriptedUpstream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The replicas, what they share, whom they ask, and the network between them. */
final class Deployment implements AutoCloseable {

    /** Short, so that tokens are renewed all the time. */
    private static final Duration TOKEN_LIFETIME = Duration.ofSeconds(4);

    private final ScriptedUpstream upstream;
    private final Optional<RedisProcess> redis;
    private final List<CuttableProxy> upstreamLinks = new ArrayList<>();
    private final List<CuttableProxy> redisLinks = new ArrayList<>();
    private final List<Replica> replicas = new ArrayList<>();
    private final Availability availability;

    private final SinkServer sinks;

    private Deployment(int size, Optional<RedisProcess> redis, SinkServer sinks) throws Exception {
        this.sinks = sinks;
        this.upstream = new ScriptedUpstream(size);
        this.redis = redis;
        upstream.tokenLifetime(TOKEN_LIFETIME);
        for (int index = 0; index < size; index++) {
            upstreamLinks.add(new CuttableProxy(upstream.port(index)));
            if (redis.isPresent()) {
                redisLinks.add(new CuttableProxy(redis.get().port()));
            }
            replicas.add(new Replica(index, settings(index)));
        }
        this.availability = new Availability(size);
    }

    /**
     * Starts, and waits until all are ready.
     *
     * @param redis that is shared, or nothing with {@link Store#MEMORY}
     * @param sinks closed with it
     */
    static Deployment start(Store store, Optional<RedisProcess> redis, SinkServer sinks) throws Exception {
        Deployment deployment = new Deployment(store.replicas(), redis, sinks);
        try {
            for (Replica replica : deployment.replicas) {
                replica.start();
            }
            deployment.replicas.forEach(Replica::awaitReady);
            return deployment;
        } catch (IOException | RuntimeException failure) {
            deployment.close();
            throw failure;
        }
    }

    ScriptedUpstream upstream() {
        return upstream;
    }

    RedisProcess redis() {
        return redis.orElseThrow();
    }

    SinkServer sinks() {
        return sinks;
    }

    CuttableProxy upstreamLink(int replica) {
        return upstreamLinks.get(replica);
    }

    CuttableProxy redisLink(int replica) {
        return redisLinks.get(replica);
    }

    List<Replica> replicas() {
        return replicas;
    }

    Availability availability() {
        return availability;
    }

    @Override
    public void close() throws IOException {
        for (Replica replica : replicas) {
            replica.close();
        }
        for (CuttableProxy link : upstreamLinks) {
            link.close();
        }
        for (CuttableProxy link : redisLinks) {
            link.close();
        }
        upstream.close();
        sinks.close();
        if (redis.isPresent()) {
            redis.get().close();
        }
    }

    private Map<String, String> settings(int index) {
        String account = "CALLWATCH_ACCOUNTS_CHAOS_";
        Map<String, String> settings = new HashMap<>(Map.of(
                "CALLWATCH_ACCESS_MODE",
                "none",
                "CALLWATCH_REGIONS_LAB_URL",
                "http://127.0.0.1:" + upstreamLinks.get(index).port(),
                account + "REGION",
                "lab",
                account + "CLIENT_ID",
                "client",
                account + "CLIENT_SECRET",
                "planted-secret",
                account + "SCOPE",
                "calls",
                account + "REQUESTS_PER_MINUTE",
                "100000",
                account + "BURST",
                "100000"));
        // Shorter than by default, so that faults of a few seconds are more than what a retry bridges.
        settings.put("CALLWATCH_VONAGE_READ_TIMEOUT", "1s");
        settings.put("CALLWATCH_LOOKUP_DEADLINE", "4s");
        if (redis.isPresent()) {
            settings.put("CALLWATCH_STORE", "redis");
            settings.put("CALLWATCH_PUSH_SINKS_SUBSCRIBED_URL", sinks.url(PushClient.SUBSCRIBED));
            settings.put("CALLWATCH_PUSH_SINKS_FOLLOWED_URL", sinks.url(PushClient.FOLLOWED));
            settings.put("CALLWATCH_PUSH_SINKS_FOLLOWED_FOLLOW", "true");
            // Which replica ran what: the log says it where an event is missing.
            settings.put("QUARKUS_LOG_CATEGORY__DEV_CALLWATCH_PUSH__LEVEL", "DEBUG");
            settings.put(
                    "QUARKUS_REDIS_HOSTS",
                    "redis://127.0.0.1:" + redisLinks.get(index).port());
        }
        return settings;
    }
}
