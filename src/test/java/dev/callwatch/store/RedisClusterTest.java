package dev.callwatch.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallStatus;
import io.vertx.mutiny.redis.client.Command;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Replicas on three masters of a Redis Cluster. */
// It waits most of the time, and shares nothing with the others.
@Execution(ExecutionMode.CONCURRENT)
class RedisClusterTest {

    private static final int SLOTS = 16_384;
    private static final Duration PATIENT = Duration.ofSeconds(1);
    private static final String ENDED = "{\"status\":null}";

    @TempDir
    Path directory;

    private List<ARedis> nodes = List.of();

    @BeforeEach
    void start() {
        nodes = IntStream.range(0, 3)
                .mapToObj(i -> new ARedis(
                        "cluster-enabled yes", "cluster-config-file " + directory.resolve("nodes-" + i + ".conf")))
                .toList();
        for (int i = 0; i < 3; i++) {
            Object[] slots = Stream.concat(
                            Stream.of("ADDSLOTS"),
                            IntStream.range(i * SLOTS / 3, (i + 1) * SLOTS / 3).mapToObj(String::valueOf))
                    .toArray();
            nodes.get(i).run(Command.CLUSTER, slots);
            nodes.get(i).run(Command.CLUSTER, "MEET", "127.0.0.1", nodes.get(0).port());
        }
        await().until(() -> nodes.stream()
                .allMatch(node -> node.run(Command.CLUSTER, "INFO").toString().contains("cluster_state:ok")));
    }

    @AfterEach
    void stop() {
        nodes.forEach(ARedis::close);
    }

    @Test
    void calls_on_all_nodes_are_shared_and_silent_connections_are_no_outage() {
        AVonage vonage = new AVonage();
        try (AReplica a = replica(vonage);
                AReplica b = replica(vonage)) {
            List<CallGuid> calls = Stream.generate(UUID::randomUUID)
                    .limit(12)
                    .map(uuid -> new CallGuid(uuid.toString()))
                    .toList();
            calls.forEach(guid -> {
                vonage.answers(guid, ENDED);
                CallStatus read = a.lookNow(guid);
                assertThat(b.lookNow(guid)).isEqualTo(read);
            });
            assertThat(calls)
                    .allSatisfy(guid -> assertThat(vonage.readings(guid)).isOne());
            // Longer than a connection may be silent.
            await().during(Duration.ofSeconds(5))
                    .atMost(Duration.ofSeconds(7))
                    .until(() ->
                            !a.circuit.isDegraded() && !b.circuit.isDegraded() && a.returns() == 0 && b.returns() == 0);
            assertThat(a.circuit.replicas()).isEqualTo(2);
        }
    }

    private AReplica replica(AVonage vonage) {
        RedisOptions options = new RedisOptions()
                .setType(RedisClientType.CLUSTER)
                .setMaxPoolSize(16)
                .setMaxPoolWaiting(8192)
                .setPoolName("cluster-" + UUID.randomUUID());
        nodes.forEach(node -> options.addConnectionString("redis://127.0.0.1:" + node.port()));
        options.getNetClientOptions().setConnectTimeout(1_000).setReadIdleTimeout(3);
        return new AReplica(
                nodes.get(0).vertx(), Redis.createClient(nodes.get(0).vertx(), options), vonage, PATIENT);
    }
}
