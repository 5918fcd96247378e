package dev.callwatch;

import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Look-ups at a steady rate, of calls chosen at random, through each replica in turn. */
final class Load implements AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    /** Much longer than the deadline of a look-up, at which the service answers: the machine may be slow. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** While so many look-ups wait for their answers, no further one is sent, so that a slow machine is not flooded. */
    private static final int MOST_AT_ONCE = 16;

    private final List<Replica> replicas;
    private final Random random;
    private final String account;
    private final List<String> guids;
    private final boolean elsewhere;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(Load::daemon);
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger movedOn = new AtomicInteger();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final List<Long> micros = new CopyOnWriteArrayList<>();
    private final Map<String, SortedSet<Instant>> observations = new ConcurrentHashMap<>();

    private Load(List<Replica> replicas, Random random, String account, List<String> guids, boolean elsewhere) {
        this.replicas = replicas;
        this.random = random;
        this.account = account;
        this.guids = guids;
        this.elsewhere = elsewhere;
    }

    static Load begin(List<Replica> replicas, Random random, String account, List<String> guids, Duration every) {
        return new Load(replicas, random, account, guids, false).begin(every);
    }

    /** As {@link #begin}, with clients that go to another replica if one cannot be reached. */
    static Load beginElsewhereIfNeedBe(
            List<Replica> replicas, Random random, String account, List<String> guids, Duration every) {
        return new Load(replicas, random, account, guids, true).begin(every);
    }

    /** One look-up. */
    static CompletableFuture<HttpResponse<String>> lookUp(Replica replica, String account, String guid) {
        return HTTP.sendAsync(
                HttpRequest.newBuilder(URI.create(replica.url() + "/v1/accounts/" + account + "/calls/" + guid))
                        .timeout(PATIENCE)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    int answered() {
        return done.get();
    }

    /** The look-ups that were not answered with the status of a call, and why. */
    List<String> failures() {
        return failures;
    }

    /** When the call was observed, by all answers: each reading of the call has its own time. */
    SortedSet<Instant> observations(String guid) {
        return observations.getOrDefault(guid, Collections.emptySortedSet());
    }

    /** How often a client went to another replica. */
    int movedOn() {
        return movedOn.get();
    }

    /** The time that so many of a hundred look-ups took at most. */
    Duration percentile(int percent) {
        List<Long> sorted = micros.stream().sorted().toList();
        return Duration.ofNanos(1_000 * sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100)));
    }

    /** Sends no more look-ups, and waits for the answers of those that were sent. */
    void stop() {
        clock.shutdown();
        await().atMost(PATIENCE.multipliedBy(2)).until(() -> clock.isTerminated() && done.get() == sent.get());
    }

    @Override
    public void close() {
        stop();
    }

    private Load begin(Duration every) {
        clock.scheduleAtFixedRate(this::next, 0, every.toNanos(), TimeUnit.NANOSECONDS);
        return this;
    }

    private void next() {
        if (sent.get() - done.get() >= MOST_AT_ONCE) {
            return;
        }
        int number = sent.getAndIncrement();
        String guid = guids.get(random.nextInt(guids.size()));
        long since = System.nanoTime();
        attempt(guid, number, 1).whenComplete((answer, failure) -> {
            micros.add((System.nanoTime() - since) / 1_000);
            if (failure != null) {
                failures.add(guid + " " + failure);
            } else if (answer.statusCode() == 200) {
                observed(guid, new JsonObject(answer.body()));
            } else {
                failures.add(guid + " " + answer.statusCode() + " " + answer.headers() + " " + answer.body());
            }
            done.incrementAndGet();
        });
    }

    private void observed(String guid, JsonObject call) {
        observations
                .computeIfAbsent(guid, first -> new ConcurrentSkipListSet<>())
                .add(call.getJsonObject("observed").getInstant("at"));
    }

    private CompletableFuture<HttpResponse<String>> attempt(String guid, int number, int attempts) {
        CompletableFuture<HttpResponse<String>> answer = lookUp(replicas.get(number % replicas.size()), account, guid);
        if (!elsewhere || attempts == replicas.size()) {
            return answer;
        }
        return answer.exceptionallyCompose(failure -> {
            if (!(failure instanceof IOException) && !(failure.getCause() instanceof IOException)) {
                return CompletableFuture.failedFuture(failure);
            }
            movedOn.incrementAndGet();
            return attempt(guid, number + 1, attempts + 1);
        });
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "load");
        thread.setDaemon(true);
        return thread;
    }
}
