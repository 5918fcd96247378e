package dev.callwatch.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.Allowance;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;

/**
 * Replicas together never give more permits than the budget allows, whatever happens to them: they come, leave, are killed,
 * stand still, lose the store or single answers of it, or find it empty, while Vonage answers 429.
 */
class SharedRateLimiterPropertyTest {

    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);
    private static final int MOST_REPLICAS = 6;

    /** After the store can be reached again: a heartbeat comes within half a second, and answers may be slow, or one be lost. */
    private static final Duration UNTIL_RENEWED = Duration.ofSeconds(2);

    private static final double[] DEMANDS = {0, 0.2, 1, 5, 50};

    @Property(tries = 100, shrinking = ShrinkingMode.OFF)
    void all_replicas_that_reach_the_store_give_no_more_than_one_bucket_would(
            @ForAll long seed,
            @ForAll @IntRange(min = 10, max = 6_000) int perMinute,
            @ForAll @IntRange(min = 1, max = 150) int burst) {
        Run run = new Run(new LeasedReplicas(new Allowance(perMinute, burst), seed));
        run.untilTheEnd(false);
        run.assertNoMoreThanAllowed();
    }

    @Property(tries = 100, shrinking = ShrinkingMode.OFF)
    void a_replica_that_is_cut_off_adds_no_more_than_an_equal_part_of_the_budget_as_it_knows_the_others(
            @ForAll long seed,
            @ForAll @IntRange(min = 10, max = 6_000) int perMinute,
            @ForAll @IntRange(min = 1, max = 150) int burst) {
        Run run = new Run(new LeasedReplicas(new Allowance(perMinute, burst), seed));
        run.untilTheEnd(true);
        run.assertNoMoreThanAllowed();
    }

    @Property(tries = 40, shrinking = ShrinkingMode.OFF)
    void unused_parts_move_to_who_wants_them_within_two_seconds(
            @ForAll long seed,
            @ForAll @IntRange(min = 2, max = 6) int number,
            @ForAll @IntRange(min = 60, max = 6_000) int perMinute,
            @ForAll @IntRange(min = 0, max = 30) int phase) {
        LeasedReplicas replicas = new LeasedReplicas(new Allowance(perMinute, 100), seed);
        for (int i = 0; i < number; i++) {
            replicas.join();
            replicas.pass(LeasedReplicas.STEP.multipliedBy(replicas.random.nextInt(20)));
        }
        LeasedReplicas.Replica before = replicas.alive.get(0);
        before.demand = perMinute / 6.0;
        replicas.pass(Duration.ofSeconds(20).plus(LeasedReplicas.STEP.multipliedBy(phase)));
        LeasedReplicas.Replica busy = replicas.alive.get(number - 1);
        before.wantsNothing();
        busy.demand = perMinute / 6.0;
        replicas.pass(Duration.ofSeconds(2));
        // A tenth is shared out equally.
        assertThat(busy.perMinute()).isGreaterThan(0.88 * perMinute);
    }

    @Property(tries = 25, shrinking = ShrinkingMode.OFF)
    void no_replica_starves(
            @ForAll long seed,
            @ForAll @IntRange(min = 2, max = 6) int number,
            @ForAll @IntRange(min = 60, max = 600) int perMinute,
            @ForAll @IntRange(min = 1, max = 40) int burst) {
        LeasedReplicas replicas = new LeasedReplicas(new Allowance(perMinute, burst), seed);
        for (int i = 0; i < number; i++) {
            LeasedReplicas.Replica replica = replicas.join();
            replica.demand = perMinute / 6.0;
            replicas.pass(LeasedReplicas.STEP.multipliedBy(replicas.random.nextInt(20)));
        }
        replicas.pass(Duration.ofSeconds(10));
        Instant since = replicas.time.instant();
        replicas.pass(LONG_ENOUGH);
        Instant until = replicas.time.instant();
        double equal = (double) perMinute / number;
        assertThat(replicas.alive)
                .allSatisfy(replica ->
                        assertThat((double) replica.permits(since, until)).isGreaterThan(0.5 * equal - 1));
    }

    /** The reference would notice a permit too many. */
    @Example
    void one_permit_too_many_is_noticed() {
        LeasedReplicas replicas = new LeasedReplicas(new Allowance(60, 10), 1);
        Run run = new Run(replicas);
        LeasedReplicas.Replica only = replicas.join();
        only.demand = 50;
        replicas.pass(Duration.ofSeconds(2));
        assertThat(replicas.given).hasSizeGreaterThanOrEqualTo(10);
        run.assertNoMoreThanAllowed();
        replicas.given.add(new LeasedReplicas.Given(replicas.time.instant(), "one too many"));
        replicas.given.add(new LeasedReplicas.Given(replicas.time.instant(), "another"));
        assertThat(run.tooMany()).isPresent();
    }

    /** A time of a replica without the store, and how many it takes all of them for. */
    private record CutOff(Instant since, Instant until, int replicas) {

        private CutOff endingAt(Instant end) {
            return new CutOff(since, end, replicas);
        }
    }

    /** Random things that happen to replicas, and what they are allowed meanwhile. */
    private static final class Run {

        private final LeasedReplicas replicas;
        private final List<CutOff> cutOff = new ArrayList<>();
        private final Map<LeasedReplicas.Replica, CutOff> cutSince = new LinkedHashMap<>();
        private final Map<LeasedReplicas.Replica, Integer> thaws = new LinkedHashMap<>();
        private final List<String> history = new ArrayList<>();

        /** Who lost the store with all others, and has not found it again. */
        private final List<LeasedReplicas.Replica> disconnected = new ArrayList<>();

        private int lossLeft;
        private int muteLeft;

        private Run(LeasedReplicas replicas) {
            this.replicas = replicas;
        }

        private void happened(String what) {
            history.add(replicas.time.instant() + " " + what);
        }

        private void pass() {
            replicas.pass(LeasedReplicas.STEP);
        }

        private void untilTheEnd(boolean apart) {
            replicas.join();
            pass();
            Instant end = replicas.time.instant().plus(LONG_ENOUGH);
            while (replicas.time.instant().isBefore(end)) {
                something(apart);
                pass();
                goOn();
            }
            List.copyOf(cutSince.keySet()).forEach(this::reconnected);
        }

        private void something(boolean apart) {
            LeasedReplicas.Replica one = replicas.alive.get(replicas.random.nextInt(replicas.alive.size()));
            switch (replicas.random.nextInt(200)) {
                case 0, 1, 2 -> join(apart);
                case 3 -> end(one, LeasedReplicas.Replica::leave);
                case 4 -> end(one, LeasedReplicas.Replica::kill);
                case 5, 6 -> freeze(one, apart);
                case 7, 8 -> delay(one);
                case 9 -> mute(one);
                case 10, 11 -> throttle(one);
                case 12 -> forget();
                case 13 -> loseTheStore(apart);
                case 14, 15 -> cut(one, apart);
                case 16, 17, 18, 19, 20, 21, 22 -> demand(one);
                default -> {
                    // Nothing happens most of the time.
                }
            }
        }

        private void join(boolean apart) {
            boolean lost = lossLeft > 0;
            // A process that comes before the others have found the store again knows nothing of what they have.
            boolean isolated = lost || replicas.store.budget().isEmpty() || !apart && !disconnected.isEmpty();
            if (replicas.alive.size() < MOST_REPLICAS && (apart || !isolated)) {
                LeasedReplicas.Replica replica = replicas.join(lost);
                happened("join " + replica.name);
                demand(replica);
                if (isolated) {
                    cutOff(replica);
                }
            }
        }

        private void end(LeasedReplicas.Replica one, Consumer<LeasedReplicas.Replica> how) {
            if (replicas.alive.size() > 1 && !one.frozen && lossLeft == 0) {
                reconnected(one);
                happened("end " + one.name);
                how.accept(one);
            }
        }

        /** Who stands still while the others lose the store knows nothing of it when it is the first to find it again. */
        private void freeze(LeasedReplicas.Replica one, boolean apart) {
            if (!one.frozen && (apart || disconnected.isEmpty())) {
                one.freeze();
                happened("freeze " + one.name);
                thaws.put(one, 1 + replicas.random.nextInt(300));
            }
        }

        /** One answer may be lost: what is not known is taken for not granted. */
        private void mute(LeasedReplicas.Replica one) {
            if (muteLeft <= 0) {
                happened("mute " + one.name);
                one.connection.mute = true;
                muteLeft = 8;
            }
        }

        private void forget() {
            if (replicas.alive.stream().noneMatch(replica -> replica.connection.cut || replica.frozen)) {
                happened("forget");
                replicas.forget();
            }
        }

        private void delay(LeasedReplicas.Replica one) {
            int most = replicas.random.nextInt(240);
            happened("delay " + one.name + " " + most);
            one.connection.delay = () -> Duration.ofMillis(replicas.random.nextInt(most + 1));
        }

        private void throttle(LeasedReplicas.Replica one) {
            Optional<Duration> retryAfter = retryAfter();
            happened("429 " + one.name + " " + retryAfter);
            one.throttle(retryAfter);
        }

        private void demand(LeasedReplicas.Replica one) {
            one.demand = DEMANDS[replicas.random.nextInt(DEMANDS.length)];
            happened("demand " + one.name + " " + one.demand);
        }

        /** For all of them, who know how many they are and can hold a permit each: equal parts are no more than the whole. */
        private void loseTheStore(boolean apart) {
            int number = replicas.alive.size();
            boolean known = replicas.allowance.burst() >= number
                    && replicas.alive.stream()
                            .allMatch(replica ->
                                    replica.counted >= number && !replica.frozen && !replica.connection.mute);
            if (lossLeft == 0 && cutSince.isEmpty() && (known || apart)) {
                happened("loss");
                lossLeft = 20 + replicas.random.nextInt(200);
                disconnected.addAll(replicas.alive);
                replicas.alive.forEach(replica -> {
                    replica.connection.cut = true;
                    if (apart) {
                        cutOff(replica);
                    }
                });
            }
        }

        private void cut(LeasedReplicas.Replica one, boolean apart) {
            if (apart && lossLeft == 0 && !one.connection.cut) {
                happened("cut " + one.name);
                one.connection.cut = true;
                cutOff(one);
            }
        }

        private void goOn() {
            List.copyOf(thaws.keySet()).forEach(replica -> {
                if (thaws.merge(replica, -1, Integer::sum) == 0) {
                    thaws.remove(replica);
                    happened("thaw " + replica.name);
                    replica.thaw();
                    if (!replica.connection.cut) {
                        reconnected(replica);
                    }
                }
            });
            disconnected.removeIf(replica -> lossLeft == 0 && !replicas.alive.contains(replica)
                    || lossLeft == 0
                            && replicas.store
                                    .budget()
                                    .filter(replica::isKnownTo)
                                    .isPresent());
            if (--muteLeft == 0) {
                replicas.alive.forEach(replica -> replica.connection.mute = false);
            }
            if (lossLeft > 0 && --lossLeft == 0) {
                happened("loss is over");
                untilRenewed();
                if (replicas.random.nextBoolean()) {
                    happened("forget");
                    replicas.forget();
                }
                replicas.alive.forEach(this::reconnect);
            } else if (lossLeft == 0 && replicas.random.nextInt(100) == 0) {
                List.copyOf(cutSince.keySet()).stream().findAny().ifPresent(this::reconnect);
            }
        }

        /** Who has not renewed its lease since the store is back uses the part that it had without it. */
        private void untilRenewed() {
            Instant back = replicas.time.instant();
            replicas.alive.stream()
                    .filter(replica -> !cutSince.containsKey(replica))
                    .forEach(replica -> cutOff.add(new CutOff(back, back.plus(UNTIL_RENEWED), replica.counted)));
        }

        private void reconnect(LeasedReplicas.Replica replica) {
            happened("reconnect " + replica.name);
            replica.connection.cut = false;
            if (!replica.frozen) {
                reconnected(replica);
            }
        }

        private void reconnected(LeasedReplicas.Replica replica) {
            Optional.ofNullable(cutSince.remove(replica))
                    .map(begun -> begun.endingAt(replicas.time.instant().plus(UNTIL_RENEWED)))
                    .ifPresent(cutOff::add);
        }

        private void cutOff(LeasedReplicas.Replica replica) {
            cutSince.putIfAbsent(replica, new CutOff(replicas.time.instant(), Instant.MAX, replica.counted));
        }

        private Optional<Duration> retryAfter() {
            return replicas.random.nextBoolean()
                    ? Optional.empty()
                    : Optional.of(Duration.ofMillis(replicas.random.nextInt(5_000)));
        }

        private void assertNoMoreThanAllowed() {
            assertThat(tooMany())
                    .as("%s%ncut off: %s%npermits: %s", String.join("\n", history), cutOff, replicas.given)
                    .isEmpty();
        }

        /**
         * In every stretch of time no more permits than the burst and what the rate brings meanwhile: what a bucket with both
         * would have given, and one more bucket, with an equal part, for each replica while it is cut off, and after a loss of the store until it
         * has renewed its lease.
         */
        private Optional<LeasedReplicas.Given> tooMany() {
            return new Reference(replicas.allowance, cutOff).tooMany(replicas.given);
        }
    }

    /** Buckets that are full at first: one with all of the budget, and one more for each replica while it is cut off. */
    private static final class Reference {

        private final Allowance allowance;
        private final List<CutOff> cutOff;
        private double level;
        private double most;
        private double perMinute;
        private Instant at = Instant.EPOCH;

        private Reference(Allowance allowance, List<CutOff> cutOff) {
            this.allowance = allowance;
            this.cutOff = cutOff;
            this.level = allowance.burst();
            this.most = level;
            this.perMinute = allowance.requestsPerMinute();
        }

        /** The first permit that should not have been given. */
        private Optional<LeasedReplicas.Given> tooMany(List<LeasedReplicas.Given> permits) {
            TreeMap<Instant, List<Runnable>> events = new TreeMap<>();
            for (CutOff one : cutOff) {
                double burst = Math.max(1, (double) allowance.burst() / one.replicas());
                double rate = (double) allowance.requestsPerMinute() / one.replicas();
                events.computeIfAbsent(one.since(), none -> new ArrayList<>()).add(() -> change(burst, rate));
                events.computeIfAbsent(one.until(), none -> new ArrayList<>()).add(() -> change(-burst, -rate));
            }
            for (LeasedReplicas.Given permit : permits) {
                while (!events.isEmpty() && !events.firstKey().isAfter(permit.at())) {
                    Map.Entry<Instant, List<Runnable>> event = events.pollFirstEntry();
                    advance(event.getKey());
                    event.getValue().forEach(Runnable::run);
                }
                advance(permit.at());
                level--;
                if (level < -1e-6) {
                    return Optional.of(permit);
                }
            }
            return Optional.empty();
        }

        private void advance(Instant now) {
            level = Math.min(most, level + Duration.between(at, now).toMillis() / 60e3 * perMinute);
            at = now;
        }

        private void change(double burst, double rate) {
            most += burst;
            level = Math.min(most, level + Math.max(0, burst));
            perMinute += rate;
        }
    }
}
