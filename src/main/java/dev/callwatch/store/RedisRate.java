package dev.callwatch.store;

import dev.callwatch.account.Allowance;
import dev.callwatch.budget.LocalRate;
import dev.callwatch.budget.Rate;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Response;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * One rate of an account for all replicas. Redis keeps it, and one script a permit decides; what the answer says of it is
 * remembered here and carried on by the clock, for estimates and for a Redis that has lost it. While Redis cannot be used, a
 * share of it is taken from here: what there is, divided by the replicas as last known. What happens meanwhile is told with
 * the next question that Redis answers.
 */
final class RedisRate implements Rate {

    /** What one has to know for a poll to wait for its turn. */
    private static final Duration FRESH = Duration.ofMillis(200);

    /** After so long without requests a rate has grown back; a bucket is kept until it is full as well. */
    private static final Duration KEPT = Duration.ofHours(1);

    /** As often a question is worth repeating: whoever fails as often in a row is away. */
    private static final int REPEATS = 2;

    /** Answers overtake each other by no more; what is older by more comes from a clock that was put back. */
    private static final long OVERTAKEN_MICROS = 1_000_000;

    private static final long NOT_BORN = 0;
    private static final String NOTHING_TO_TELL = "";

    private final Allowance ceiling;
    private final Function<List<String>, Uni<Answer>> script;
    private final RedisCircuit condition;
    private final Clock clock;
    private final DoubleSupplier random;

    /** What Redis keeps, by its last answer. */
    private final LocalRate mirror;

    /** Which state of Redis that is; another one begins where Redis has lost it. */
    private long born = NOT_BORN;

    /** When that was, by Redis' clock, in microseconds. */
    private long toldAt;

    /** When that was, by ours. */
    private Instant heardAt = Instant.EPOCH;

    /** Permits that were asked for, without an answer yet. */
    private long asked;

    /** Permits that Redis does not know of: put back, less those that were taken from {@link #share}. */
    private long balance;

    /** The 429 that Redis does not know of. */
    private Optional<Throttling> untold = Optional.empty();

    /** What this replica may take on its own, since Redis answered last. */
    private Optional<LocalRate> share = Optional.empty();

    /** The question for the sake of estimates that is under way; done where there is none. */
    private CompletableFuture<Void> refresh = CompletableFuture.completedFuture(null);

    /**
     * A rate that is taken for full until Redis has answered.
     *
     * @param script runs {@link RedisScript#ALLOWANCE} with its arguments; fails where Redis cannot be used
     * @param random numbers from 0 (inclusive) to 1 (exclusive)
     */
    RedisRate(
            Allowance ceiling,
            Function<List<String>, Uni<Answer>> script,
            RedisCircuit condition,
            Clock clock,
            DoubleSupplier random) {
        this.ceiling = ceiling;
        this.script = script;
        this.condition = condition;
        this.clock = clock;
        this.random = random;
        this.mirror = new LocalRate(ceiling, clock, random);
    }

    /**
     * A 429.
     *
     * @param sent when the request took its permit, by Redis' clock, in microseconds
     * @param at the same, by ours
     * @param until when the pause ends
     */
    private record Throttling(long sent, Instant at, Instant until) {}

    /** What goes with a question, and is known to Redis once it is answered. */
    private record Question(long permits, long balance, Optional<Throttling> throttling, List<String> arguments) {}

    /**
     * What the script answers.
     *
     * @param taken whether a permit was taken
     * @param halved whether it was halved for what this question told
     * @param at when, by Redis' clock, in microseconds
     * @param born which state it is
     * @param level the state
     */
    record Answer(boolean taken, boolean halved, long at, long born, LocalRate.Level level) {

        static Answer of(Response answer) {
            return new Answer(
                    answer.get(0).toLong() > 0,
                    answer.get(7).toLong() > 0,
                    answer.get(1).toLong(),
                    answer.get(2).toLong(),
                    new LocalRate.Level(
                            answer.get(3).toLong(),
                            answer.get(4).toLong(),
                            micros(answer.get(5).toLong()),
                            micros(answer.get(6).toLong())));
        }
    }

    @Override
    public Uni<Optional<Taken>> take() {
        if (condition.isDegraded()) {
            return takeOwn();
        }
        expect();
        return ask(1).map(answer -> answer.taken() ? taken(answer) : Optional.<Taken>empty())
                .onFailure()
                .recoverWithUni(this::takeOwn);
    }

    private Optional<Taken> taken(Answer answer) {
        return Optional.of(new Shared(answer.at(), clock.instant()));
    }

    private Uni<Optional<Taken>> takeOwn() {
        LocalRate own = share();
        return own.take().map(taken -> taken.map(this::owe));
    }

    private synchronized void expect() {
        asked++;
    }

    private synchronized Taken owe(Taken own) {
        balance--;
        Instant now = clock.instant();
        return new Own(own, new Shared(toldAt + ChronoUnit.MICROS.between(heardAt, now), now));
    }

    private synchronized void putBack() {
        balance++;
    }

    @Override
    public Uni<Void> refreshed() {
        return Uni.createFrom()
                .deferred(() -> condition.isDegraded() || isFresh()
                        ? Uni.createFrom().voidItem()
                        : Uni.createFrom().completionStage(refresh().copy()));
    }

    /** One for all who need it; none of them can cancel it. */
    private CompletableFuture<Void> refresh() {
        CompletableFuture<Void> begun = new CompletableFuture<>();
        CompletableFuture<Void> underWay = underWay(begun);
        if (underWay == begun) {
            ask(0).subscribe().with(told -> begun.complete(null), away -> begun.complete(null));
        }
        return underWay;
    }

    private synchronized CompletableFuture<Void> underWay(CompletableFuture<Void> otherwise) {
        refresh = refresh.isDone() ? otherwise : refresh;
        return refresh;
    }

    private synchronized boolean isFresh() {
        Duration age = Duration.between(heardAt, clock.instant());
        return !age.isNegative() && age.compareTo(FRESH) < 0;
    }

    @Override
    public Duration until(long permits) {
        return condition.isDegraded() ? share().until(permits) : mirror.until(permits + unanswered());
    }

    @Override
    public Duration period() {
        return current().period();
    }

    @Override
    public long reserve() {
        return current().reserve();
    }

    @Override
    public Duration pause() {
        return current().pause();
    }

    @Override
    public long perMinute() {
        return current().perMinute();
    }

    @Override
    public long available() {
        return condition.isDegraded() ? share().available() : Math.max(0, mirror.available() - unanswered());
    }

    /** One who is on its own shares with nobody: its share is all that it knows. */
    @Override
    public int sharers() {
        return condition.isDegraded() ? 1 : condition.replicas();
    }

    private LocalRate current() {
        return condition.isDegraded() ? share() : mirror;
    }

    /**
     * Those that are asked for, less those put back. What was taken from a share is left out: it is for Redis to say what that
     * leaves, and only a question tells it.
     */
    private synchronized long unanswered() {
        return asked - Math.max(0, balance);
    }

    private synchronized LocalRate share() {
        LocalRate own = share.orElseGet(this::divide);
        share = Optional.of(own);
        return own;
    }

    private LocalRate divide() {
        int replicas = condition.replicas();
        LocalRate own = new LocalRate(
                new Allowance(
                        Math.max(1, ceiling.requestsPerMinute() / replicas), Math.max(1, ceiling.burst() / replicas)),
                clock,
                random);
        LocalRate.Level all = mirror.level();
        // What was taken from an earlier share, and not told since, is not there a second time.
        long parts = Math.max(0, all.parts() + Math.min(0, balance) * LocalRate.PARTS);
        own.become(new LocalRate.Level(parts, all.halved(), all.sinceHalved(), all.untilResumed()).dividedBy(replicas));
        return own;
    }

    /** Counted by {@link #expect} where it is for a permit. */
    private Uni<Answer> ask(int permits) {
        return Uni.createFrom().deferred(() -> {
            Question question = question(permits);
            return script.apply(question.arguments())
                    .invoke(answer -> told(question, answer))
                    .onFailure()
                    .invoke(away -> unheard(question));
        });
    }

    private synchronized Question question(int permits) {
        LocalRate.Level level = mirror.level();
        Instant now = clock.instant();
        // One who took on its own knows of what Redis does not.
        long known = share.isPresent() ? NOT_BORN : born;
        List<String> arguments = Stream.of(
                        ceiling.requestsPerMinute(),
                        ceiling.burst(),
                        permits,
                        balance,
                        untold.<Object>map(Throttling::sent).orElse(NOTHING_TO_TELL),
                        untold.<Object>map(told -> ChronoUnit.MICROS.between(now, told.until()))
                                .orElse(NOTHING_TO_TELL),
                        known,
                        level.parts(),
                        level.halved(),
                        level.sinceHalved().toNanos() / 1_000,
                        level.untilResumed().toNanos() / 1_000,
                        kept().toMillis(),
                        toldAt)
                .map(String::valueOf)
                .toList();
        Question question = new Question(permits, balance, untold, arguments);
        balance = 0;
        return question;
    }

    private Duration kept() {
        return KEPT.plus(Duration.ofMinutes(1).multipliedBy(ceiling.burst()).dividedBy(ceiling.requestsPerMinute()));
    }

    private synchronized void told(Question question, Answer answer) {
        asked -= question.permits();
        share = Optional.empty();
        if (untold.equals(question.throttling())) {
            untold = Optional.empty();
        }
        long older = toldAt - answer.at();
        if (answer.born() == born && older > 0 && older < OVERTAKEN_MICROS) {
            return;
        }
        born = answer.born();
        toldAt = answer.at();
        heardAt = clock.instant();
        mirror.become(answer.level());
        // It was answered before it knew.
        untold.ifPresent(told ->
                mirror.throttled(told.at(), Optional.of(atLeastNothing(Duration.between(heardAt, told.until())))));
    }

    private synchronized void unheard(Question question) {
        asked -= question.permits();
        // Redis may have noted it nevertheless. To take a permit for used twice does no harm; to take it for unused
        // would.
        balance += Math.min(0, question.balance());
    }

    private Uni<Boolean> throttled(long sent, Instant at, Optional<Duration> retryAfter) {
        boolean halved = note(sent, at, retryAfter);
        CompletableFuture<Boolean> told = ask(0).onFailure()
                .retry()
                .atMost(REPEATS)
                .map(Answer::halved)
                .onFailure()
                .recoverWithItem(halved)
                .subscribeAsCompletionStage();
        return Uni.createFrom().completionStage(told);
    }

    /** Tells Redis what it does not know, and learns what there is; where it is away, that is for later. */
    void tell() {
        ask(0).subscribe().with(told -> {}, away -> {});
    }

    private synchronized boolean note(long sent, Instant at, Optional<Duration> retryAfter) {
        boolean halved = mirror.throttled(at, retryAfter);
        Duration pause = mirror.pause();
        share.ifPresent(own -> own.throttled(at, Optional.of(pause)));
        long latest = untold.map(Throttling::sent).filter(other -> other > sent).orElse(sent);
        untold = Optional.of(new Throttling(latest, at, clock.instant().plus(pause)));
        return halved;
    }

    private static Duration atLeastNothing(Duration duration) {
        return duration.isNegative() ? Duration.ZERO : duration;
    }

    private static Duration micros(long micros) {
        return Duration.of(micros, ChronoUnit.MICROS);
    }

    /** Taken from Redis. */
    private final class Shared implements Taken {

        private final long sent;
        private final Instant at;

        private Shared(long sent, Instant at) {
            this.sent = sent;
            this.at = at;
        }

        @Override
        public void putBack() {
            RedisRate.this.putBack();
        }

        @Override
        public Uni<Boolean> throttled(Optional<Duration> retryAfter) {
            return RedisRate.this.throttled(sent, at, retryAfter);
        }
    }

    /** Taken from the share of this replica, and owed to Redis. */
    private record Own(Taken own, Taken shared) implements Taken {

        @Override
        public void putBack() {
            own.putBack();
            shared.putBack();
        }

        @Override
        public Uni<Boolean> throttled(Optional<Duration> retryAfter) {
            return shared.throttled(retryAfter);
        }
    }
}
