package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.callwatch.Follower.Update;
import dev.callwatch.ScriptedUpstream.Asked;
import io.restassured.path.json.JsonPath;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Three processes of the packaged service that share a Redis, with an upstream that records its requests. Other tests show how one
 * replica behaves; these show it for three together, while Redis or a replica dies. Skipped, with a message, if there is no
 * redis-server for the platform.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterIT {

    private static final int REPLICAS = 3;
    private static final long SEED = Long.getLong("cluster.seed", System.nanoTime());

    /** How long an active call is fresh, less the error of clocks that count milliseconds. */
    private static final Duration INTERVAL = Duration.ofMillis(990);

    /** So much longer than the deadline of a look-up that none waits for its end. */
    private static final Duration PAUSE = Duration.ofSeconds(12);

    /** How long anything may take on a slow machine. */
    private static final Duration SETTLED = Duration.ofSeconds(60);

    private static final Random RANDOM = new Random(SEED);
    private static final Map<String, String> FIGURES = new LinkedHashMap<>();

    private static ReplicasLock lock;
    private static RedisProcess redis;
    private static ScriptedUpstream upstream;
    private static List<Replica> replicas = List.of();
    private static List<String> live = List.of();
    private static List<Follower> audience = List.of();

    /** {@link #late()} before the scarce budget was asked for. */
    private static double lateBefore;

    @BeforeAll
    static void start() throws Exception {
        Optional<RedisProcess> available = RedisProcess.available();
        assumeTrue(available.isPresent(), "There is no redis-server for this platform: the cluster is not tested");
        lock = ReplicasLock.acquire();
        redis = available.get();
        upstream = new ScriptedUpstream(REPLICAS);
        replicas = IntStream.range(0, REPLICAS)
                .mapToObj(index -> new Replica(index, settings(index)))
                .toList();
        for (Replica replica : replicas) {
            replica.start();
        }
        replicas.forEach(Replica::awaitReady);
        warmUp();
        awaitEach(ClusterIT::sharesWithAll);
    }

    /** Waits until each replica was so once: on a slow machine one may lose Redis again while another is awaited. */
    private static void awaitEach(Predicate<Replica> so) {
        Set<Replica> were = new HashSet<>();
        await().atMost(SETTLED).pollInterval(Duration.ofMillis(50)).until(() -> {
            replicas.stream().filter(so).forEach(were::add);
            return were.size() == REPLICAS;
        });
    }

    /** The first requests of a JVM are slow. */
    private static void warmUp() {
        for (Replica replica : replicas) {
            for (String account : List.of("shared", "live", "throttled", "scarce")) {
                await().atMost(SETTLED)
                        .until(() -> lookUp(replica, account, new UUID(0, replica.index()).toString())
                                        .join()
                                        .statusCode()
                                == 200);
            }
        }
        try (Load load = Load.begin(replicas, new Random(RANDOM.nextLong()), "live", guids(8), Duration.ofMillis(10))) {
            await().atMost(SETTLED).until(() -> load.answered() >= 200);
        }
    }

    /**
     * Whether all replicas shared their state since then. A replica that gets no answer from Redis in time may read a call on its own,
     * so that the call is read more than once, and others do not get the version that only this replica has seen.
     *
     * @param late {@link #late()} then
     */
    private static boolean wasInTimeSince(double late) {
        return wasInTimeSince(late, replicas);
    }

    private static boolean wasInTimeSince(double late, List<Replica> some) {
        return late(some) == late && some.stream().allMatch(ClusterIT::shares);
    }

    /** Commands that Redis did not answer in time, of all replicas. */
    private static double late() {
        return late(replicas);
    }

    private static double late(List<Replica> some) {
        return some.stream().mapToDouble(Replica::late).sum();
    }

    private static Map<String, String> settings(int index) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "CALLWATCH_STORE",
                "redis",
                "QUARKUS_REDIS_HOSTS",
                redis.url(),
                "CALLWATCH_ACCESS_MODE",
                "none",
                "CALLWATCH_REGIONS_LAB_URL",
                upstream.url(index)));
        account(settings, "SHARED", 100_000, 100_000);
        account(settings, "LIVE", 100_000, 100_000);
        account(settings, "THROTTLED", 600, 60);
        account(settings, "SCARCE", 60, 10);
        account(settings, "MOVING", 600, 60);
        return settings;
    }

    private static void account(Map<String, String> settings, String name, int perMinute, int burst) {
        String prefix = "CALLWATCH_ACCOUNTS_" + name + "_";
        settings.put(prefix + "REGION", "lab");
        settings.put(prefix + "CLIENT_ID", "client");
        settings.put(prefix + "CLIENT_SECRET", "planted-secret");
        settings.put(prefix + "SCOPE", "calls");
        settings.put(prefix + "REQUESTS_PER_MINUTE", Integer.toString(perMinute));
        settings.put(prefix + "BURST", Integer.toString(burst));
    }

    @AfterAll
    static void stop() throws Exception {
        audience.forEach(Follower::close);
        double late = late();
        for (Replica replica : replicas) {
            replica.close();
        }
        if (upstream != null) {
            upstream.close();
        }
        if (redis != null) {
            redis.close();
            lock.close();
            System.out.println("Cluster of " + REPLICAS + ", -Dcluster.seed=" + SEED);
            FIGURES.put("Commands that Redis did not answer within 50 ms", "%.0f".formatted(late));
            FIGURES.forEach((name, figure) -> System.out.printf("  %-62s %s%n", name, figure));
        }
    }

    @Test
    @Order(1)
    void after_a_429_all_replicas_pause_and_ask_for_half() {
        upstream.throttle("throttled", PAUSE);
        List<CompletableFuture<HttpResponse<String>>> inFlight = replicas.stream()
                .map(replica -> lookUp(replica, "throttled", guid()))
                .toList();
        inFlight.forEach(answer -> assertProblem(answer.join(), 503, "upstream-throttled"));
        int underTheLimit = asked("throttled").size();
        // Whoever asks from now on is not refused, but counted.
        upstream.unthrottle("throttled");
        assertThat(underTheLimit).isBetween(1, REPLICAS);
        List<CompletableFuture<HttpResponse<String>>> meanwhile = new ArrayList<>();
        for (int i = 0; i < 10 * REPLICAS; i++) {
            meanwhile.add(lookUp(replicas.get(i % REPLICAS), "throttled", guid()));
        }
        meanwhile.forEach(answer -> assertProblem(answer.join(), 503, "upstream-throttled"));
        assertThat(asked("throttled")).hasSize(underTheLimit);
        // Each shows its part, and the rate does not grow during the pause.
        await().atMost(PAUSE)
                .untilAsserted(() -> assertThat(replicas.stream()
                                .mapToDouble(
                                        replica -> replica.metric("callwatch_budget_allowance{account=\"throttled\"}")
                                                .orElse(0))
                                .sum())
                        .isCloseTo(300, within(3.0)));
        FIGURES.put("Requests under 429, of " + REPLICAS + " in flight", Integer.toString(underTheLimit));
    }

    @Test
    @Order(2)
    void three_replicas_ask_for_each_call_as_often_as_one_would() {
        double late = late();
        List<String> ended = guids(8);
        ended.forEach(upstream::end);
        List<String> spread = guids(8);
        List<String> single = guids(8);
        List<String> all = Stream.concat(spread.stream(), ended.stream()).toList();
        Duration every = Duration.ofMillis(10);
        long since = System.nanoTime();
        Load three = Load.begin(replicas, new Random(RANDOM.nextLong()), "shared", all, every);
        Load one = Load.begin(replicas.subList(0, 1), new Random(RANDOM.nextLong()), "shared", single, every);
        try (three;
                one) {
            await().atMost(Duration.ofSeconds(20)).until(() -> Math.min(three.answered(), one.answered()) >= 400);
        }
        assertThat(three.failures()).isEmpty();
        assertThat(one.failures()).isEmpty();
        boolean inTime = wasInTimeSince(late);
        assertThat(ended)
                .allSatisfy(guid -> assertThat(upstream.askedFor(guid)).hasSizeBetween(1, inTime ? 1 : REPLICAS));
        long intervals = Duration.ofNanos(System.nanoTime() - since).dividedBy(INTERVAL);
        assertThat(single).allSatisfy(guid -> {
            assertAnIntervalApart(one.observations(guid));
            assertThat(upstream.askedFor(guid)).hasSizeBetween(1, (int) intervals + 1);
        });
        assertThat(spread).allSatisfy(guid -> {
            if (inTime) {
                assertAnIntervalApart(three.observations(guid));
                assertThat(upstream.askedFor(guid)).hasSameSizeAs(three.observations(guid));
            }
            replicas.forEach(replica -> assertThat(
                            upstream.asked(asked -> asked.guid().equals(guid) && asked.replica() == replica.index()))
                    .hasSizeLessThanOrEqualTo((int) intervals + 1));
        });
        FIGURES.put(
                "Requests for 8 active calls, 3 replicas : 1 replica",
                count(spread) + " : " + count(single) + (inTime ? "" : ", Redis was late"));
        FIGURES.put("Requests for 8 ended calls, 3 replicas", Long.toString(count(ended)));
        FIGURES.put(
                "Look-ups of them, failed",
                three.answered() + ", " + three.failures().size());
        FIGURES.put("A look-up takes, half of them : 99 of 100", took(three));
    }

    @Test
    @Order(3)
    void the_budget_of_an_account_is_one_for_all_replicas() {
        lateBefore = late();
        long since = System.nanoTime();
        List<CompletableFuture<HttpResponse<String>>> answers = askTooMuch();
        answers.forEach(CompletableFuture::join);
        List<Asked> asked = asked("scarce");
        double seconds = (System.nanoTime() - since) / 1e9;
        // Who got a permit at the last moment may have no time left to use it.
        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer.join().statusCode()).isIn(200, 503, 504));
        assertThat(answers)
                .filteredOn(answer -> answer.join().statusCode() == 503)
                .allSatisfy(answer -> assertProblem(answer.join(), 503, "budget-exhausted"));
        assertThat(asked).hasSizeBetween(wasInTimeSince(lateBefore) ? 10 : 1, (int) (budgets() * (10 + seconds)) + 1);
        assertWithinTheScarceBudget();
        FIGURES.put(
                "Requests at 10 and 1/s for 45 look-ups, in seconds", "%d in %.1f".formatted(asked.size(), seconds));
    }

    /** Replicas for which Redis is late while others use it add their shares to what those use. */
    private static double budgets() {
        return late() == lateBefore ? 1 : 2 - 1.0 / REPLICAS;
    }

    private static List<CompletableFuture<HttpResponse<String>>> askTooMuch() {
        return IntStream.range(0, 45)
                .mapToObj(i -> lookUp(replicas.get(i % REPLICAS), "scarce", guid()))
                .toList();
    }

    /**
     * In every stretch of the test no more than the burst and what the rate brings meanwhile; requests need not arrive
     * as permits were given.
     */
    private static void assertWithinTheScarceBudget() {
        List<Asked> asked = asked("scarce");
        double budgets = budgets();
        for (int i = 0; i < asked.size(); i++) {
            for (int j = i; j < asked.size(); j++) {
                assertThat((double) (j - i + 1))
                        .isLessThanOrEqualTo(2
                                + budgets
                                        * (10 + asked.get(j).since(asked.get(i)).toMillis() / 1e3));
            }
        }
    }

    @Test
    @Order(3)
    void a_part_of_the_budget_that_others_do_not_use_moves_to_the_replica_that_is_asked() {
        Replica busy = replicas.get(2);
        try (Load load =
                Load.begin(List.of(busy), new Random(RANDOM.nextLong()), "moving", guids(200), Duration.ofMillis(20))) {
            await().atMost(SETTLED)
                    .untilAsserted(() -> assertThat(busy.metric("callwatch_budget_allowance{account=\"moving\"}")
                                    .orElse(0))
                            .isGreaterThan(540));
            assertThat(load.answered()).isPositive();
        }
        await().atMost(SETTLED)
                .untilAsserted(() -> assertThat(busy.metric("callwatch_budget_allowance{account=\"moving\"}")
                                .orElse(0))
                        .isCloseTo(200, within(2.0)));
    }

    @Test
    @Order(4)
    void once_the_pause_is_over_all_replicas_ask_again() {
        Asked refused = asked("throttled").get(0);
        String guid = guid();
        for (Replica replica : replicas) {
            await().atMost(PAUSE.plus(SETTLED))
                    .until(() -> lookUp(replica, "throttled", guid).join().statusCode() == 200);
        }
        assertThat(upstream.askedFor(guid).get(0).since(refused)).isGreaterThanOrEqualTo(PAUSE);
    }

    @Test
    @Order(5)
    void streams_of_all_replicas_have_the_same_events_while_redis_dies_and_starts_again_empty() throws Exception {
        live = guids(6);
        audience = replicas.stream()
                .map(replica -> Follower.of(List.of(replica), "live", live))
                .toList();
        await().atMost(SETTLED).until(() -> live.stream().allMatch(ClusterIT::isKnownToAll));
        try (Load load = Load.begin(replicas, new Random(RANDOM.nextLong()), "live", live, Duration.ofMillis(20))) {
            assertAllReceive("Redis up");

            Map<String, Integer> before = versionsNow();
            try (Turbulence turbulence = Turbulence.begin(upstream, live, RANDOM.nextLong())) {
                redis.kill();
                await().atMost(SETTLED).until(() -> replicas.stream().allMatch(ClusterIT::worksOnItsOwn));
                askTooMuch().forEach(CompletableFuture::join);
                assertWithinTheScarceBudget();
                turbulence.awaitChanges(2);
                assertThat(replicas).allSatisfy(replica -> {
                    assertThat(replica.isReady()).isTrue();
                    assertThat(replica.health("store", "condition")).isEqualTo("degraded");
                });
                redis.start();
                FIGURES.put("Redis killed, begun anew empty: shared again after", awaitHealed());
                turbulence.awaitChanges(2);
            }
            assertAllReceiveInOrder("Redis killed", before);
            assertAllReceive("Redis back");
            load.stop();
            assertThat(load.failures()).isEmpty();
            FIGURES.put(
                    "Look-ups meanwhile, failed",
                    load.answered() + ", " + load.failures().size());
            FIGURES.put("A look-up takes meanwhile, half of them : 99 of 100", took(load));
        }
    }

    @Test
    @Order(6)
    void a_redis_that_does_not_answer_fails_no_look_up() throws Exception {
        try (Load load = Load.begin(replicas, new Random(RANDOM.nextLong()), "live", live, Duration.ofMillis(20))) {
            Map<String, Integer> before = versionsNow();
            try (Turbulence turbulence = Turbulence.begin(upstream, live, RANDOM.nextLong())) {
                redis.freeze();
                await().atMost(SETTLED).until(() -> replicas.stream().allMatch(ClusterIT::worksOnItsOwn));
                turbulence.awaitChanges(1);
                redis.thaw();
                FIGURES.put("Redis frozen and thawed: shared again after", awaitHealed());
                turbulence.awaitChanges(1);
            } finally {
                redis.thaw();
            }
            assertAllReceiveInOrder("Redis frozen", before);
            assertAllReceive("Redis thawed");
            load.stop();
            assertThat(load.failures()).isEmpty();
            FIGURES.put(
                    "Look-ups meanwhile, failed (frozen)",
                    load.answered() + ", " + load.failures().size());
            FIGURES.put("A look-up takes meanwhile, half of them : 99 of 100 (frozen)", took(load));
        }
        assertThat(audience).allSatisfy(follower -> {
            assertThat(follower.connections()).isEqualTo(1);
            assertThat(follower.problems()).isEmpty();
        });
        audience.forEach(Follower::close);
    }

    @Test
    @Order(7)
    void a_call_whose_reader_is_killed_is_read_by_one_other_within_the_deadline_of_those_who_wait() throws Exception {
        String guid = guid();
        upstream.hesitate(guid, Duration.ofMillis(2_800));
        Replica reader = replicas.get(0);
        List<Replica> others = replicas.subList(1, REPLICAS);
        double late = late(others);
        lookUp(reader, "shared", guid);
        await().atMost(SETTLED).until(() -> upstream.askedFor(guid).size() == 1);
        List<CompletableFuture<HttpResponse<String>>> waiting =
                others.stream().map(replica -> lookUp(replica, "shared", guid)).toList();
        await().pollDelay(Duration.ofMillis(300))
                .until(() -> waiting.stream().noneMatch(CompletableFuture::isDone)
                                && upstream.askedFor(guid).size() == 1
                        || !wasInTimeSince(late, others));
        long killed = System.nanoTime();
        reader.kill();
        reader.start();
        for (CompletableFuture<HttpResponse<String>> answer : waiting) {
            // Not the problem that a look-up ends with at its deadline.
            assertThat(answer.join().statusCode()).isEqualTo(200);
        }
        Duration delay = Duration.ofNanos(System.nanoTime() - killed);
        boolean inTime = wasInTimeSince(late, others);
        assertThat(upstream.askedFor(guid)).hasSizeBetween(2, inTime ? 2 : REPLICAS);
        assertThat(upstream.askedFor(guid)).extracting(Asked::replica).doesNotHaveDuplicates();
        FIGURES.put("Reader killed while reading: others answered after", millis(delay));
        reader.awaitReady();
    }

    @Test
    @Order(8)
    void a_rolling_restart_loses_no_answer_and_no_event() throws Exception {
        List<String> calls = guids(REPLICAS);
        List<Follower> followers = new ArrayList<>();
        for (int i = 0; i < REPLICAS; i++) {
            List<Replica> beginningWithThis = new ArrayList<>(replicas.subList(i, REPLICAS));
            beginningWithThis.addAll(replicas.subList(0, i));
            followers.add(Follower.of(beginningWithThis, "live", calls.subList(i, i + 1)));
        }
        await().atMost(SETTLED)
                .until(() -> IntStream.range(0, REPLICAS)
                        .noneMatch(i -> followers.get(i).received(calls.get(i)).isEmpty()));
        double late = late();
        Load load = Load.beginElsewhereIfNeedBe(
                replicas, new Random(RANDOM.nextLong()), "live", calls, Duration.ofMillis(20));
        try (load) {
            try (Turbulence turbulence = Turbulence.begin(upstream, calls, RANDOM.nextLong())) {
                for (Replica replica : replicas) {
                    replica.terminate();
                    replica.start();
                    replica.awaitReady();
                }
                turbulence.awaitChanges(1);
            }
            await().atMost(SETTLED)
                    .until(() -> IntStream.range(0, REPLICAS)
                            .allMatch(i -> last(followers.get(i).received(calls.get(i)))
                                            .version()
                                    == upstream.version(calls.get(i))));
        } finally {
            followers.forEach(Follower::close);
        }
        boolean inTime = wasInTimeSince(late);
        int lost = 0;
        for (int i = 0; i < REPLICAS; i++) {
            List<Update> received = followers.get(i).received(calls.get(i));
            assertRevisionsRise(received, inTime);
            assertThat(versions(received)).isSorted();
            if (inTime) {
                assertThat(versions(received)).isEqualTo(answered(calls.get(i)));
            } else {
                lost += answered(calls.get(i)).size()
                        - (int) versions(received).stream().distinct().count();
            }
            assertThat(followers.get(i).connections()).isGreaterThanOrEqualTo(2);
            assertThat(followers.get(i).problems()).isEmpty();
        }
        assertThat(load.failures()).isEmpty();
        FIGURES.put(
                "Look-ups in a rolling restart, gone elsewhere, failed",
                load.answered() + ", " + load.movedOn() + ", " + load.failures().size());
        FIGURES.put(
                "Events in a rolling restart, streams",
                followers.stream()
                                .mapToInt(follower -> follower.received(calls.get(followers.indexOf(follower)))
                                        .size())
                                .sum()
                        + ", "
                        + followers.stream().mapToInt(Follower::connections).sum()
                        + (inTime ? ", none lost or twice" : ", %d lost since Redis was late".formatted(lost)));
    }

    /**
     * Every follower gets the last version, in order and by rising revisions, and only versions that the upstream answered. While
     * Redis is in time, it gets each of them once, and all followers get the same revisions.
     */
    private static void assertAllReceive(String when) {
        awaitEach(ClusterIT::shares);
        double late = late();
        Map<String, Integer> before = versionsNow();
        try (Turbulence turbulence = Turbulence.begin(upstream, live, RANDOM.nextLong())) {
            turbulence.awaitChanges(3);
        }
        awaitFinalVersions();
        boolean inTime = wasInTimeSince(late);
        int events = 0;
        for (String guid : live) {
            List<Integer> expected = answered(guid).stream()
                    .filter(version -> version > before.get(guid))
                    .toList();
            List<Update> first = since(audience.get(0), guid, before.get(guid));
            for (Follower follower : audience) {
                List<Update> received = since(follower, guid, before.get(guid));
                assertRevisionsRise(received, inTime);
                assertThat(versions(received)).as(when).isSorted();
                assertThat(expected).as(when).containsAll(versions(received));
                if (inTime) {
                    assertThat(versions(received)).as(when).isEqualTo(expected);
                    assertThat(received)
                            .as(when)
                            .extracting(Update::revision)
                            .isEqualTo(first.stream().map(Update::revision).toList());
                }
                events += received.size();
            }
        }
        FIGURES.put(
                "Events of " + live.size() + " calls on " + REPLICAS + " streams, " + when,
                events + (inTime ? ", none lost or twice" : ", Redis was late"));
    }

    /** Every follower gets the last version, by rising revisions, and no version that is older than one before. */
    private static void assertAllReceiveInOrder(String when, Map<String, Integer> before) {
        awaitFinalVersions();
        int twice = 0;
        for (String guid : live) {
            for (Follower follower : audience) {
                List<Update> received = since(follower, guid, before.get(guid));
                assertRevisionsRise(received, false);
                assertThat(versions(received)).as(when).isSorted();
                twice += received.size()
                        - (int) versions(received).stream().distinct().count();
            }
        }
        FIGURES.put("Versions received twice under another revision, " + when, Integer.toString(twice));
    }

    private static Map<String, Integer> versionsNow() {
        return live.stream().collect(Collectors.toMap(guid -> guid, upstream::version));
    }

    private static void awaitFinalVersions() {
        await().atMost(SETTLED).untilAsserted(() -> {
            for (String guid : live) {
                for (Follower follower : audience) {
                    assertThat(last(follower.received(guid)).version()).isEqualTo(upstream.version(guid));
                }
            }
        });
    }

    /** Waits until each replica has shared its state again. */
    private static String awaitHealed() {
        long since = System.nanoTime();
        awaitEach(ClusterIT::shares);
        return millis(Duration.ofNanos(System.nanoTime() - since));
    }

    private static boolean shares(Replica replica) {
        return replica.metric("callwatch_store_degraded").orElse(1) == 0;
    }

    private static boolean sharesWithAll(Replica replica) {
        return shares(replica)
                && replica.metric("callwatch_store_replicas").orElse(0) == REPLICAS
                && "shared".equals(replica.health("store", "condition"));
    }

    private static boolean worksOnItsOwn(Replica replica) {
        return replica.metric("callwatch_store_degraded").orElse(0) == 1;
    }

    private static boolean isKnownToAll(String guid) {
        return audience.stream().noneMatch(follower -> follower.received(guid).isEmpty());
    }

    private static void assertAnIntervalApart(SortedSet<Instant> observations) {
        assertThat(observations).isNotEmpty();
        Instant before = Instant.MIN;
        for (Instant observation : observations) {
            assertThat(observation).as("%s", observations).isAfterOrEqualTo(before);
            before = observation.plus(INTERVAL);
        }
    }

    private static void assertRevisionsRise(List<Update> received, boolean withoutGaps) {
        for (int i = 1; i < received.size(); i++) {
            assertThat(received.get(i).revision())
                    .as("%s", received)
                    .isGreaterThan(received.get(i - 1).revision());
            if (withoutGaps) {
                assertThat(received.get(i).previous())
                        .as("%s", received)
                        .isEqualTo(received.get(i - 1).revision());
            }
        }
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String name) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(JsonPath.from(answer.body()).getString("type")).isEqualTo("urn:callwatch:problem:" + name);
    }

    private static CompletableFuture<HttpResponse<String>> lookUp(Replica replica, String account, String guid) {
        return Load.lookUp(replica, account, guid);
    }

    /** The versions in the answers of the upstream, without repetitions. */
    private static List<Integer> answered(String guid) {
        return upstream.askedFor(guid).stream().map(Asked::version).distinct().toList();
    }

    private static List<Integer> versions(List<Update> received) {
        return received.stream().map(Update::version).toList();
    }

    private static List<Update> since(Follower follower, String guid, int version) {
        return follower.received(guid).stream()
                .filter(event -> event.version() > version)
                .toList();
    }

    private static Update last(List<Update> received) {
        return received.get(received.size() - 1);
    }

    /** Without the warm-up. */
    private static List<Asked> asked(String account) {
        return upstream.asked(
                request -> request.account().equals(account) && !request.guid().startsWith("00000000-0000-0000-0000-"));
    }

    private static long count(List<String> guids) {
        return upstream.asked(request -> guids.contains(request.guid())).size();
    }

    private static List<String> guids(int number) {
        return Stream.generate(ClusterIT::guid).limit(number).toList();
    }

    private static String guid() {
        return new UUID(RANDOM.nextLong(), RANDOM.nextLong()).toString();
    }

    private static String took(Load load) {
        return millis(load.percentile(50)) + " : " + millis(load.percentile(99));
    }

    private static String millis(Duration duration) {
        return "%.1f ms".formatted(duration.toNanos() / 1e6);
    }
}
