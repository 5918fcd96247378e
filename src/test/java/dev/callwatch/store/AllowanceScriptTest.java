package dev.callwatch.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.callwatch.account.Allowance;
import dev.callwatch.account.AnAccount;
import dev.callwatch.budget.LocalRate;
import dev.callwatch.budget.LocalRate.Level;
import dev.callwatch.budget.Rate;
import dev.callwatch.call.ReplicasReconnected;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Command;
import io.vertx.mutiny.redis.client.Redis;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The script that keeps an account's allowance, in a real Redis. */
class AllowanceScriptTest {

    private static final String KEY = "test:{a}:allowance";
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final long SEED = 20261124;
    private static final Optional<Duration> NOTHING_TOLD = Optional.empty();

    private static ARedis server;
    private static Redis client;
    private static RedisScripts scripts;

    @BeforeAll
    static void start() {
        server = new ARedis();
        client = server.client();
        scripts = scripts(client);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            client.close();
            server.close();
        }
    }

    @BeforeEach
    void empty() {
        server.run(Command.FLUSHALL);
    }

    @Test
    void a_burst_is_there_at_once_and_no_more() {
        ACaller caller = new ACaller(new Allowance(1, 5));
        for (int i = 0; i < 5; i++) {
            assertThat(caller.take().taken()).isTrue();
        }
        assertThat(caller.take().taken()).isFalse();
    }

    @Test
    void it_refills_by_the_rate_each_microsecond_and_nothing_is_rounded_away() {
        ACaller caller = new ACaller(new Allowance(777, 100_000), 10);
        RedisRate.Answer before = caller.look();
        RedisRate.Answer first = before;
        for (int i = 0; i < 50; i++) {
            RedisRate.Answer after = caller.look();
            assertThat(after.level().parts() - before.level().parts()).isEqualTo((after.at() - before.at()) * 777);
            before = after;
        }
        assertThat(before.level().parts() - first.level().parts()).isEqualTo((before.at() - first.at()) * 777);
        assertThat(field("parts")).isEqualTo(Long.toString(before.level().parts()));
        assertThat(field("at")).isEqualTo(Long.toString(before.at()));
    }

    @Test
    void it_is_never_fuller_than_the_burst() {
        ACaller caller = new ACaller(new Allowance(100_000, 3));
        caller.take();
        await().until(() -> caller.look().level().parts() == 3 * LocalRate.PARTS);
        caller.add(1_000);
        assertThat(caller.look().level().parts()).isEqualTo(3 * LocalRate.PARTS);
    }

    @Test
    void what_is_put_back_serves_another_and_what_was_taken_elsewhere_does_not() {
        ACaller one = new ACaller(new Allowance(1, 2));
        ACaller other = new ACaller(new Allowance(1, 2));
        one.take();
        one.take();
        one.add(1);
        assertThat(other.take().taken()).isTrue();
        assertThat(other.take().taken()).isFalse();
        one.add(1);
        other.add(-7);
        assertThat(one.take().taken()).isFalse();
        one.add(1);
        assertThat(one.take().taken()).isTrue();
    }

    @Test
    void however_many_take_together_they_get_what_one_would_get_and_no_less() throws Exception {
        for (int takers : List.of(1, 2, 3)) {
            empty();
            Allowance allowance = new Allowance(12_000, 20);
            List<Redis> clients = Stream.generate(server::client).limit(takers).toList();
            ExecutorService threads = Executors.newFixedThreadPool(takers);
            CountDownLatch ready = new CountDownLatch(takers);
            List<Future<List<RedisRate.Answer>>> all = new ArrayList<>();
            for (Redis own : clients) {
                ACaller caller = new ACaller(allowance, scripts(own));
                all.add(threads.submit(() -> {
                    ready.countDown();
                    ready.await();
                    return takeFor(caller, Duration.ofMillis(700));
                }));
            }
            List<RedisRate.Answer> answers = new ArrayList<>();
            for (Future<List<RedisRate.Answer>> some : all) {
                answers.addAll(some.get());
            }
            threads.shutdown();
            clients.forEach(Redis::close);
            long first = answers.stream().mapToLong(RedisRate.Answer::at).min().orElseThrow();
            long last = answers.stream().mapToLong(RedisRate.Answer::at).max().orElseThrow();
            double allowed = 20 + (last - first) / 60e6 * 12_000;
            assertThat(answers.stream().filter(RedisRate.Answer::taken).count())
                    .isLessThanOrEqualTo((long) Math.floor(allowed))
                    .isGreaterThanOrEqualTo((long) Math.floor(allowed) - 2);
        }
    }

    @Test
    void answers_of_429_to_requests_of_several_replicas_that_were_under_way_together_halve_once() {
        ACaller one = new ACaller(new Allowance(160, 100));
        ACaller other = new ACaller(new Allowance(160, 100));
        long first = one.take().at();
        long second = other.take().at();
        long third = one.take().at();
        RedisRate.Answer halved = one.throttled(first, Duration.ZERO);
        assertThat(halved.level().halved()).isEqualTo(80);
        assertThat(halved.halved()).isTrue();
        RedisRate.Answer known = other.throttled(second, Duration.ZERO);
        assertThat(known.level().halved()).isEqualTo(80);
        assertThat(known.halved()).isFalse();
        assertThat(one.throttled(third, Duration.ZERO).level().halved()).isEqualTo(80);
        assertThat(field("rate")).isEqualTo("80");

        other.add(1);
        long later = other.take().at();
        assertThat(other.throttled(later, Duration.ZERO).level().halved()).isEqualTo(40);
    }

    @Test
    void a_429_empties_it_and_pauses_all() {
        ACaller one = new ACaller(new Allowance(160, 100));
        ACaller other = new ACaller(new Allowance(160, 100));
        other.look();
        one.throttled(one.take().at(), Duration.ofSeconds(30));
        other.add(10);
        RedisRate.Answer refused = other.take();
        assertThat(refused.taken()).isFalse();
        assertThat(refused.level().halved()).isEqualTo(80);
        assertThat(refused.level().untilResumed()).isBetween(Duration.ofSeconds(25), Duration.ofSeconds(30));
    }

    @Test
    void a_pause_ends_by_itself_is_never_cut_short_and_never_longer_than_five_minutes() {
        ACaller caller = new ACaller(new Allowance(100_000, 10));
        long sent = caller.take().at();
        caller.throttled(sent, Duration.ofMillis(300));
        RedisRate.Answer same = caller.throttled(sent, Duration.ZERO);
        assertThat(same.level().untilResumed()).isPositive();
        long resumes = same.at() + same.level().untilResumed().toNanos() / 1_000;
        RedisRate.Answer resumed = await().until(caller::take, RedisRate.Answer::taken);
        assertThat(resumed.at()).isGreaterThanOrEqualTo(resumes);

        assertThat(caller.throttled(sent, Duration.ofDays(1)).level().untilResumed())
                .isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void it_falls_to_a_tenth_and_no_lower() {
        ACaller caller = new ACaller(new Allowance(160, 100));
        long halved = 160;
        for (int i = 0; i < 8; i++) {
            halved = caller.throttled(caller.look().at(), Duration.ZERO).level().halved();
        }
        assertThat(halved).isEqualTo(16);
        assertThat(new ACaller(new Allowance(160, 100)).look().level().halved()).isEqualTo(16);
    }

    @Test
    void it_grows_back_by_a_tenth_of_the_ceiling_a_minute_once_the_pause_is_over() {
        ACaller caller = new ACaller(new Allowance(100_000, 10));
        RedisRate.Answer halved = caller.throttled(caller.take().at(), Duration.ofMillis(200));
        long resumes = halved.at() + halved.level().untilResumed().toNanos() / 1_000;
        assertThat(field("rate")).isEqualTo("50000");
        await().until(() -> {
            RedisRate.Answer now = caller.look();
            long grown = (long) (Math.max(0, now.at() - resumes) / 60e6 * 10_000);
            assertThat(Long.parseLong(field("rate"))).isBetween(50_000 + grown - 1, 50_000 + grown + 1);
            return grown > 50;
        });
    }

    @Test
    void whoever_asks_first_of_a_redis_that_lost_it_tells_what_was_there() {
        ACaller busy = new ACaller(new Allowance(1, 5));
        for (int i = 0; i < 5; i++) {
            busy.take();
        }
        server.run(Command.FLUSHALL);
        assertThat(busy.take().taken()).isFalse();
        assertThat(new ACaller(new Allowance(1, 5)).take().taken()).isFalse();
    }

    @Test
    void one_who_knows_nothing_of_what_was_lost_is_put_right_by_those_who_do() {
        ACaller idle = new ACaller(new Allowance(160, 50));
        idle.look();
        ACaller busy = new ACaller(new Allowance(160, 50));
        for (int i = 0; i < 50; i++) {
            busy.take();
        }
        busy.throttled(busy.look().at(), Duration.ofSeconds(20));
        server.run(Command.FLUSHALL);

        assertThat(idle.take().taken()).isTrue();
        assertThat(busy.look().level().halved()).isEqualTo(80);
        RedisRate.Answer after = idle.take();
        assertThat(after.taken()).isFalse();
        assertThat(after.level().halved()).isEqualTo(80);
        assertThat(after.level().untilResumed()).isGreaterThan(Duration.ofSeconds(15));
    }

    @Test
    void a_state_from_a_backup_brings_no_second_burst() {
        ACaller busy = new ACaller(new Allowance(1, 5));
        long before = busy.look().at();
        for (int i = 0; i < 5; i++) {
            busy.take();
        }
        busy.throttled(busy.look().at(), Duration.ofSeconds(20));
        server.run(Command.HSET, KEY, "at", before, "parts", 5 * LocalRate.PARTS, "paused", 0);
        assertThat(busy.take().taken()).isFalse();
        RedisRate.Answer another = new ACaller(new Allowance(1, 5)).take();
        assertThat(another.taken()).isFalse();
        assertThat(another.level().untilResumed()).isGreaterThan(Duration.ofSeconds(15));
    }

    @Test
    void a_429_of_before_redis_lost_it_is_not_counted_twice() {
        ACaller caller = new ACaller(new Allowance(160, 50));
        long sent = caller.take().at();
        caller.throttled(sent, Duration.ofSeconds(20));
        server.run(Command.FLUSHALL);
        assertThat(caller.throttled(sent, Duration.ofSeconds(20)).level().halved())
                .isEqualTo(80);
    }

    @Test
    void where_two_releases_have_other_settings_taking_turns_brings_no_more_than_the_lesser() {
        ACaller large = new ACaller(new Allowance(60_000, 1_000), 0);
        ACaller small = new ACaller(new Allowance(600, 1_000), 0);
        RedisRate.Answer first = large.look();
        small.look();
        RedisRate.Answer last = large.look();
        for (int i = 0; i < 30; i++) {
            small.look();
            last = large.look();
        }
        RedisRate.Answer beginning = first;
        assertThat(last.level().parts()).isLessThanOrEqualTo((last.at() - beginning.at()) * 60_000);
        RedisRate.Answer before = small.look();
        RedisRate.Answer after = large.look();
        assertThat(after.level().parts() - before.level().parts()).isEqualTo((after.at() - before.at()) * 600);
    }

    @Test
    void a_clock_that_was_put_back_stops_nothing() {
        ACaller caller = new ACaller(new Allowance(60_000, 10));
        RedisRate.Answer now = caller.take();
        long hour = Duration.ofHours(1).toNanos() / 1_000;
        for (String time : List.of("at", "halvedAt")) {
            server.run(Command.HSET, KEY, time, now.at() + hour);
        }
        server.run(Command.HSET, KEY, "parts", 0);
        assertThat(caller.look().level().parts()).isZero();
        await().until(() -> caller.take().taken());

        server.run(Command.HSET, KEY, "paused", now.at() + hour);
        assertThat(caller.look().level().untilResumed()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void what_cannot_be_read_is_begun_anew_and_what_others_added_stays() {
        ACaller caller = new ACaller(new Allowance(60, 10));
        caller.take();
        server.run(Command.HSET, KEY, "parts", "many", "colour", "blue");
        assertThat(caller.take().taken()).isTrue();
        assertThat(field("colour")).isEqualTo("blue");
    }

    @Test
    void it_is_forgotten_an_hour_after_it_is_full_again() {
        take(rate(new Allowance(60, 120)));
        assertThat(server.run(Command.PTTL, KEY).toLong()).isBetween(3_700_000L, 3_720_000L);
    }

    @Test
    void a_redis_that_has_forgotten_the_script_is_told_it_again() {
        ACaller caller = new ACaller(new Allowance(60, 10));
        assertThat(caller.take().taken()).isTrue();
        server.run(Command.SCRIPT, "FLUSH");
        assertThat(caller.take().taken()).isTrue();
    }

    /** The bucket in memory is the model: the same told at the same moments makes the same state, to the last part. */
    @Test
    void it_is_the_bucket_in_memory_whatever_is_asked_and_told() {
        Random random = new Random(SEED);
        for (int round = 0; round < 20; round++) {
            empty();
            Allowance allowance = new Allowance(1 + random.nextInt(100_000), 1 + random.nextInt(200));
            ACaller caller = new ACaller(allowance);
            SetClock clock = new SetClock();
            clock.micros = caller.look().at();
            LocalRate model = new LocalRate(allowance, clock, () -> 0);
            List<Long> sent = new ArrayList<>(List.of(clock.micros));
            for (int step = 0; step < 100; step++) {
                if (random.nextInt(20) == 0) {
                    long under = sent.get(random.nextInt(sent.size()));
                    Duration pause = Duration.ofMillis(random.nextInt(10));
                    RedisRate.Answer answer = caller.throttled(under, pause);
                    clock.micros = answer.at();
                    model.throttled(clock.at(under), Optional.of(pause));
                    assertThat(answer.level()).isEqualTo(model.level());
                } else {
                    RedisRate.Answer answer = caller.take();
                    clock.micros = answer.at();
                    boolean taken = model.take().await().indefinitely().isPresent();
                    assertThat(answer.taken()).isEqualTo(taken);
                    assertThat(answer.level().parts()).isEqualTo(model.level().parts());
                    sent.add(answer.at());
                }
            }
        }
    }

    @Test
    void rates_of_three_replicas_see_each_others_permits_and_pauses() {
        Allowance allowance = new Allowance(1, 6);
        List<Rate> replicas = Stream.generate(() -> rate(allowance)).limit(3).toList();
        for (int i = 0; i < 6; i++) {
            assertThat(take(replicas.get(i % 3))).isPresent();
        }
        replicas.forEach(replica -> assertThat(take(replica)).isEmpty());
        replicas.forEach(replica -> assertThat(replica.available()).isZero());
    }

    @Test
    void a_429_told_to_one_replica_pauses_it_at_once_and_the_others_when_they_ask() {
        Rate one = rate(new Allowance(160, 100));
        Rate other = rate(new Allowance(160, 100));
        take(other);
        Rate.Taken taken = take(one).orElseThrow();
        assertThat(taken.throttled(Optional.of(Duration.ofSeconds(30))).await().atMost(LONG))
                .isTrue();
        assertThat(one.isPaused()).isTrue();
        assertThat(one.perMinute()).isEqualTo(80);
        await().until(() -> "80".equals(field("halved")));
        assertThat(take(other)).isEmpty();
        assertThat(other.pause()).isGreaterThan(Duration.ofSeconds(25));
        assertThat(other.perMinute()).isEqualTo(80);
    }

    @Test
    void a_429_of_while_redis_was_away_reaches_it_as_soon_as_it_is_back() {
        RedisCircuit condition = condition();
        RedisScripts own = new RedisScripts(
                () -> client, LONG, condition, duration -> Uni.createFrom().nothing(), new SimpleMeterRegistry());
        RedisRates rates = new RedisRates(own, new Keys("test"), condition, Clock.tickMillis(ZoneOffset.UTC));
        Rate rate = rates.of(AnAccount.of(new Allowance(160, 100)));
        take(rate);
        condition.lost(new RedisUnavailable("test"));
        take(rate).orElseThrow().throttled(Optional.of(Duration.ofSeconds(30)));
        assertThat(field("halved")).isEqualTo("160");

        while (condition.isDegraded()) {

            condition.healthy();
        }
        rates.back(new ReplicasReconnected());
        await().until(() -> "80".equals(field("halved")));
        assertThat(take(rate(new Allowance(160, 100)))).isEmpty();
    }

    private static Optional<Rate.Taken> take(Rate rate) {
        return rate.take().await().atMost(LONG);
    }

    private static List<RedisRate.Answer> takeFor(ACaller caller, Duration duration) {
        List<RedisRate.Answer> answers = new ArrayList<>();
        long end = 0;
        do {
            answers.add(caller.take());
            end = answers.get(0).at() + duration.toNanos() / 1_000;
        } while (answers.get(answers.size() - 1).at() < end);
        return answers;
    }

    private static String field(String name) {
        return server.run(Command.HGET, KEY, name).toString();
    }

    private static Rate rate(Allowance allowance) {
        return new RedisRate(
                allowance,
                arguments -> scripts.run(RedisScript.ALLOWANCE, List.of(KEY), arguments)
                        .map(RedisRate.Answer::of),
                condition(),
                Clock.tickMillis(ZoneOffset.UTC),
                () -> 0.5);
    }

    private static RedisScripts scripts(Redis own) {
        // Whoever waits for a test's Redis waits for it.
        return new RedisScripts(
                () -> own, LONG, condition(), duration -> Uni.createFrom().nothing(), new SimpleMeterRegistry());
    }

    private static RedisCircuit condition() {
        return new RedisCircuit(true, Clock.systemUTC(), () -> {}, () -> {});
    }

    /** One who asks the script, and knows what it answered last. */
    private static final class ACaller {

        private final Allowance allowance;
        private final RedisScripts scripts;
        private long born;
        private long told;
        private Level known;

        ACaller(Allowance allowance) {
            this(allowance, AllowanceScriptTest.scripts);
        }

        ACaller(Allowance allowance, RedisScripts scripts) {
            this(allowance, scripts, allowance.burst());
        }

        ACaller(Allowance allowance, int permits) {
            this(allowance, AllowanceScriptTest.scripts, permits);
        }

        private ACaller(Allowance allowance, RedisScripts scripts, int permits) {
            this.allowance = allowance;
            this.scripts = scripts;
            this.known = new Level(
                    permits * LocalRate.PARTS,
                    allowance.requestsPerMinute(),
                    Duration.ofDays(10_000),
                    Duration.ofDays(-10_000));
        }

        RedisRate.Answer take() {
            return ask(1, 0, "", NOTHING_TOLD);
        }

        RedisRate.Answer look() {
            return ask(0, 0, "", NOTHING_TOLD);
        }

        RedisRate.Answer add(long permits) {
            return ask(0, permits, "", NOTHING_TOLD);
        }

        RedisRate.Answer throttled(long sent, Duration pause) {
            return ask(0, 0, Long.toString(sent), Optional.of(pause));
        }

        private RedisRate.Answer ask(int permits, long more, String sent, Optional<Duration> pause) {
            List<String> arguments = Stream.of(
                            allowance.requestsPerMinute(),
                            allowance.burst(),
                            permits,
                            more,
                            sent,
                            pause.<Object>map(AllowanceScriptTest::micros).orElse(""),
                            born,
                            known.parts(),
                            known.halved(),
                            micros(known.sinceHalved()),
                            micros(known.untilResumed()),
                            Duration.ofHours(1).toMillis(),
                            told)
                    .map(String::valueOf)
                    .toList();
            RedisRate.Answer answer = scripts.run(RedisScript.ALLOWANCE, List.of(KEY), arguments)
                    .map(RedisRate.Answer::of)
                    .await()
                    .atMost(LONG);
            born = answer.born();
            told = answer.at();
            known = answer.level();
            return answer;
        }
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }

    /** Stands where Redis' clock stood. */
    private static final class SetClock extends Clock {

        private long micros;

        Instant at(long of) {
            return Instant.EPOCH.plus(of, ChronoUnit.MICROS);
        }

        @Override
        public Instant instant() {
            return at(micros);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
