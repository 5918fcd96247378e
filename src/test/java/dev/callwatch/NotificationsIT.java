package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.callwatch.api.StreamReader;
import io.restassured.RestAssured;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Two processes of the packaged service that share a Redis. Vonage, which is the sandbox of the first, notifies only the first; calls
 * are followed at the second. Skipped, with a message, if there is no redis-server for the platform.
 */
@Execution(ExecutionMode.CONCURRENT)
class NotificationsIT {

    private static final Duration LONG = Duration.ofSeconds(40);

    private static RedisProcess redis;
    private static Replica notified;
    private static Replica other;

    @BeforeAll
    static void start() throws Exception {
        Optional<RedisProcess> available = RedisProcess.available();
        assumeTrue(available.isPresent(), "There is no redis-server for this platform: replicas are not tested");
        redis = available.get();
        int port = FreePort.next();
        Map<String, String> shared = Map.of(
                "CALLWATCH_STORE", "redis",
                "QUARKUS_REDIS_HOSTS", redis.url(),
                "CALLWATCH_ACCESS_MODE", "none");
        Map<String, String> settings = new HashMap<>(shared);
        settings.put("CALLWATCH_SANDBOX_ENABLED", "true");
        settings.put("CALLWATCH_SANDBOX_PORT", Integer.toString(port));
        settings.put("CALLWATCH_SANDBOX_NOTIFICATIONS", "true");
        notified = new Replica(0, settings);
        settings = new HashMap<>(shared);
        settings.put("CALLWATCH_REGIONS_SANDBOX_URL", "http://127.0.0.1:" + port);
        settings.put("CALLWATCH_ACCOUNTS_SANDBOX_REGION", "sandbox");
        settings.put("CALLWATCH_ACCOUNTS_SANDBOX_CLIENT_ID", "sandbox");
        settings.put("CALLWATCH_ACCOUNTS_SANDBOX_CLIENT_SECRET", "sandbox-secret");
        settings.put("CALLWATCH_ACCOUNTS_SANDBOX_SCOPE", "calls");
        settings.put("CALLWATCH_ACCOUNTS_SANDBOX_COUNTRY", "GB");
        settings.put("CALLWATCH_ACCOUNTS_SANDBOX_REQUESTS_PER_MINUTE", "6000");
        other = new Replica(1, settings);
        notified.start();
        other.start();
        notified.awaitReady();
        other.awaitReady();
        await().atMost(LONG)
                .until(() -> Stream.of(notified, other)
                        .allMatch(replica -> "2".equals(replica.health("store", "replicas"))));
        warmUp();
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable each : new AutoCloseable[] {notified, other, redis}) {
            if (each != null) {
                each.close();
            }
        }
    }

    /** The first requests of a JVM are so slow that it takes Redis for slow. */
    private static void warmUp() {
        Stream.of(notified, other)
                .map(replica -> CompletableFuture.runAsync(() -> warmUp(replica)))
                .toList()
                .forEach(CompletableFuture::join);
    }

    private static void warmUp(Replica replica) {
        for (int i = 0; i < 100; i++) {
            RestAssured.get(replica.url() + "/v1/accounts/sandbox/calls/00000200"
                    + UUID.randomUUID().toString().substring(8));
            RestAssured.get(replica.url() + "/v1/accounts/sandbox/calls?limit=10");
        }
    }

    /**
     * Whether Redis answered both replicas in time since then. A replica that gets no answer goes on without Redis: it reads for
     * itself, and its feed has a gap.
     *
     * @param late {@link #late()} then
     */
    private static boolean wasInTimeSince(double late) {
        return late() == late
                && Stream.of(notified, other)
                        .allMatch(replica -> "shared".equals(replica.health("store", "condition")));
    }

    /** Commands that Redis did not answer in time, of both replicas. */
    private static double late() {
        return notified.late() + other.late();
    }

    @Test
    void a_call_that_is_followed_at_one_replica_is_read_when_another_is_notified_and_the_feed_goes_on_at_either()
            throws Exception {
        double late = late();
        String guid = "00000101" + UUID.randomUUID().toString().substring(8);
        double before = requests();
        String position;
        try (StreamReader feed = StreamReader.open(notified.url() + "/v1/accounts/sandbox/events");
                StreamReader stream =
                        StreamReader.open(other.url() + "/v1/accounts/sandbox/calls/" + guid + "/events")) {
            await().atMost(LONG).until(() -> !of(guid, feed).isEmpty());
            position = of(guid, feed).get(0).id();
            await().atMost(LONG).until(stream::hasEnded);
            assertThat(stream.received()).endsWith("end");
            await().atMost(LONG).until(() -> isDisposed(of(guid, feed)) || hasGap(feed));
        }
        assertThat(requests() - before).isGreaterThanOrEqualTo(3);
        if (wasInTimeSince(late)) {
            assertThat(requests() - before).isLessThanOrEqualTo(8);
            assertThat(notified.metric("callwatch_notifications_readings_total{account=\"sandbox\"}")
                            .orElse(0))
                    .isPositive();
        }
        try (StreamReader again =
                StreamReader.open(other.url() + "/v1/accounts/sandbox/events", "Last-Event-ID", position)) {
            await().atMost(LONG).until(() -> isDisposed(of(guid, again)) || hasGap(again));
            assertThat(again.frames()).extracting(StreamReader.Frame::id).doesNotContain(position);
            if (wasInTimeSince(late)) {
                assertThat(hasGap(again)).isFalse();
            }
        }
        await().atMost(LONG)
                .until(() -> RestAssured.get(other.url() + "/v1/accounts/sandbox/calls?state=completed")
                        .jsonPath()
                        .getList("calls.id", String.class)
                        .contains(guid));
    }

    private static boolean hasGap(StreamReader feed) {
        return feed.frames().stream().anyMatch(frame -> "gap".equals(frame.event()));
    }

    private static boolean isDisposed(List<StreamReader.Frame> frames) {
        return frames.stream().anyMatch(frame -> frame.data().contains("call.disposition-set"));
    }

    private static List<StreamReader.Frame> of(String guid, StreamReader stream) {
        return stream.frames().stream()
                .filter(frame -> "status".equals(frame.event()) && frame.data().contains(guid))
                .toList();
    }

    private static double requests() {
        return Stream.of(notified, other)
                .mapToDouble(replica -> replica.metric(
                                "callwatch_upstream_requests_seconds_count{region=\"sandbox\",status=\"200\"}")
                        .orElse(0))
                .sum();
    }
}
