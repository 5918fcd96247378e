package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two processes of the packaged service that share a Redis push events, while the one that runs the subscriptions is killed. */
class PushClusterIT {

    private static final Duration SETTLED = Duration.ofSeconds(60);
    private static final int CALLS = 10;
    private static final String SUBSCRIPTIONS = "/v1/accounts/live/subscriptions";

    /**
     * A CloudEvent.
     *
     * @param subject the call; empty at the end of a subscription
     */
    private record Event(String id, String subject, JsonObject data) {

        private static Event of(JsonObject event) {
            return new Event(
                    event.getString("id"),
                    event.getString("subject", ""),
                    event.getJsonObject("data", new JsonObject()));
        }

        private JsonObject call() {
            return data.getJsonObject("call", new JsonObject());
        }

        private String disposition() {
            return call().getString("disposition", "");
        }

        private String terminationReason() {
            return data.getString("terminationReason", "");
        }
    }

    /** What the sink of the subscriptions accepted, in order. */
    private static final ConcurrentLinkedQueue<Event> RECEIVED = new ConcurrentLinkedQueue<>();

    /** What the sink accepted that follows every call, in order. */
    private static final ConcurrentLinkedQueue<Event> FOLLOWED = new ConcurrentLinkedQueue<>();

    /** What the replicas print in each of their lives. */
    private static final List<Path> OUTPUTS = new ArrayList<>();

    private static final String REDIS_LOST = "Redis cannot be used";

    private static RedisProcess redis;
    private static ScriptedUpstream upstream;
    private static HttpServer sink;
    private static List<Replica> replicas = List.of();

    @BeforeAll
    static void start() throws Exception {
        Optional<RedisProcess> available = RedisProcess.available();
        assumeTrue(
                available.isPresent(), "There is no redis-server for this platform: push is not tested with replicas");
        redis = available.get();
        upstream = new ScriptedUpstream(2);
        sink = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        sink.setExecutor(Executors.newCachedThreadPool());
        sink.createContext("/", exchange -> receive(exchange, RECEIVED));
        sink.createContext("/all", exchange -> receive(exchange, FOLLOWED));
        sink.start();
        replicas = IntStream.range(0, 2)
                .mapToObj(index -> new Replica(index, settings(index)))
                .toList();
        for (Replica replica : replicas) {
            start(replica);
        }
        replicas.forEach(Replica::awaitReady);
    }

    @AfterAll
    static void stop() throws Exception {
        replicas.forEach(Replica::close);
        if (redis != null) {
            sink.stop(0);
            upstream.close();
            redis.close();
        }
    }

    private static void start(Replica replica) throws IOException {
        replica.start();
        OUTPUTS.add(replica.output());
    }

    private static Map<String, String> settings(int index) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "CALLWATCH_STORE", "redis",
                "QUARKUS_REDIS_HOSTS", redis.url(),
                "CALLWATCH_ACCESS_MODE", "none",
                "CALLWATCH_REGIONS_LAB_URL", upstream.url(index),
                "CALLWATCH_ACCOUNTS_LIVE_REGION", "lab",
                "CALLWATCH_ACCOUNTS_LIVE_CLIENT_ID", "live-client",
                "CALLWATCH_ACCOUNTS_LIVE_CLIENT_SECRET", "secret",
                "CALLWATCH_ACCOUNTS_LIVE_SCOPE", "calls",
                "CALLWATCH_ACCOUNTS_LIVE_REQUESTS_PER_MINUTE", "100000",
                "CALLWATCH_PUSH_SINKS_CRM_URL",
                        "http://localhost:" + sink.getAddress().getPort() + "/"));
        settings.put(
                "CALLWATCH_PUSH_SINKS_ALL_URL",
                "http://localhost:" + sink.getAddress().getPort() + "/all");
        settings.put("CALLWATCH_PUSH_SINKS_ALL_FOLLOW", "true");
        return settings;
    }

    private static void receive(HttpExchange exchange, Queue<Event> received) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if (!body.isEmpty()) {
            received.add(Event.of(new JsonObject(body)));
        }
        exchange.sendResponseHeaders(204, -1);
        exchange.close();
    }

    @Test
    void no_event_is_lost_or_out_of_order_when_the_replica_that_runs_a_subscription_is_killed() throws Exception {
        List<String> guids =
                Stream.generate(() -> UUID.randomUUID().toString()).limit(CALLS).toList();
        guids.forEach(guid -> subscribe(replicas.get(0), guid));
        await().atMost(SETTLED)
                .until(() -> guids.stream().noneMatch(guid -> events(guid).isEmpty()));
        change(guids);
        replicas.get(0).kill();
        change(guids);
        await("the other replica goes on")
                .atMost(SETTLED)
                .until(() -> guids.stream().allMatch(this::isUpToDate));
        start(replicas.get(0));
        replicas.get(0).awaitReady();
        replicas.get(1).terminate();
        change(guids);
        await("the first one goes on")
                .atMost(SETTLED)
                .until(() -> guids.stream().allMatch(this::isUpToDate));
        start(replicas.get(1));
        replicas.get(1).awaitReady();
        guids.forEach(upstream::end);
        await("all have ended").atMost(SETTLED).until(() -> ends() == CALLS);
        assertThat(guids).allSatisfy(guid -> {
            assertThat(events(guid))
                    .extracting(event -> event.call().getLong("revision"))
                    .isSorted()
                    .doesNotHaveDuplicates();
            assertThat(events(guid))
                    .extracting(event -> Integer.valueOf(event.disposition()))
                    .isSorted();
            assertThat(isUpToDate(guid)).isTrue();
            assertEachNamesTheOneBefore(events(guid));
        });
        await("the sink that follows every call knows each end")
                .atMost(SETTLED)
                .until(() -> guids.stream().allMatch(guid -> hasEnded(events(FOLLOWED, guid))));
        assertThat(guids).allSatisfy(guid -> {
            List<Event> events = events(FOLLOWED, guid);
            assertThat(events).extracting(PushClusterIT::revision).isSorted().doesNotHaveDuplicates();
            assertEachNamesTheOneBefore(events);
        });
    }

    private static boolean hasEnded(List<Event> events) {
        return !events.isEmpty()
                && Boolean.TRUE.equals(events.get(events.size() - 1).call().getBoolean("ended"));
    }

    private static Long revision(Event event) {
        return event.call().getLong("revision");
    }

    /**
     * {@code previous} is the revision of the event before, or a later one, so that it shows what was missed. A replica that could not use
     * Redis for a moment, as on a busy machine, does not know what the other one knew, and says so in its log.
     */
    private static void assertEachNamesTheOneBefore(List<Event> events) {
        for (int i = 1; i < events.size(); i++) {
            Long previous = events.get(i).data().getLong("previous");
            boolean follows =
                    previous != null && previous >= revision(events.get(i - 1)) && previous < revision(events.get(i));
            assertThat(follows || lostRedis())
                    .as(
                            "%s follows %s, and names %s",
                            events.get(i).id(), events.get(i - 1).id(), previous)
                    .isTrue();
        }
    }

    private static boolean lostRedis() {
        return OUTPUTS.stream().anyMatch(output -> {
            try {
                return Files.readString(output).contains(REDIS_LOST);
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        });
    }

    @Test
    void each_replica_shows_and_ends_what_the_other_runs() {
        String guid = UUID.randomUUID().toString();
        String id = subscribe(replicas.get(0), guid);
        String path = replicas.get(1).url() + SUBSCRIPTIONS + "/" + id;
        answer(() -> RestAssured.get(path)).then().statusCode(200);
        assertThat(answer(() -> RestAssured.get(replicas.get(1).url() + SUBSCRIPTIONS))
                        .jsonPath()
                        .getList("subscriptions.id"))
                .contains(id);
        assertThat(subscribe(replicas.get(1), guid)).isEqualTo(id);
        answer(() -> RestAssured.delete(path)).then().statusCode(204);
        answer(() -> RestAssured.get(replicas.get(0).url() + SUBSCRIPTIONS + "/" + id))
                .then()
                .statusCode(404);
        await().atMost(SETTLED)
                .until(() -> RECEIVED.stream()
                        .anyMatch(event -> (id + ":ended").equals(event.id())
                                && "SUBSCRIPTION_DELETED".equals(event.terminationReason())));
    }

    private static String subscribe(Replica replica, String guid) {
        return answer(() -> RestAssured.given()
                        .contentType("application/json")
                        .body("""
                                {"protocol":"HTTP","sink":"crm",
                                 "config":{"subscriptionDetail":{"calls":["%s"]},"initialEvent":true}}""".formatted(guid))
                        .post(replica.url() + SUBSCRIPTIONS))
                .jsonPath()
                .getString("id");
    }

    /** A replica that has just lost Redis for a moment, as on a busy machine, answers 503 {@code store-unavailable}. */
    private static Response answer(Callable<Response> request) {
        return await().atMost(SETTLED).until(request, answer -> answer.statusCode() != 503);
    }

    private static void change(List<String> guids) {
        guids.forEach(upstream::change);
    }

    private boolean isUpToDate(String guid) {
        List<Event> events = events(guid);
        return Integer.toString(upstream.version(guid))
                .equals(events.get(events.size() - 1).disposition());
    }

    private static long ends() {
        return RECEIVED.stream()
                .filter(event -> "CALLS_SETTLED".equals(event.terminationReason()))
                .map(Event::id)
                .distinct()
                .count();
    }

    private static List<Event> events(String guid) {
        return events(RECEIVED, guid);
    }

    /** Of one call, each once, in the order in which they came first. */
    private static List<Event> events(Queue<Event> received, String guid) {
        Map<String, Event> first = new LinkedHashMap<>();
        received.stream()
                .filter(event -> guid.equals(event.subject()))
                .forEach(event -> first.putIfAbsent(event.id(), event));
        return new ArrayList<>(first.values());
    }
}
