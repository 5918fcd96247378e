package dev.callwatch.budget;

import dev.callwatch.account.Allowance;
import dev.callwatch.time.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Replicas that share a budget, in virtual time. Each sends a heartbeat once a second as the real ones do, asks for permits as often
 * as the test wants, and can come, go, be killed, stand still, or lose the store at any moment. Whatever it is given is recorded.
 */
final class LeasedReplicas {

    static final Duration STEP = Duration.ofMillis(50);

    private static final Duration HEARTBEAT = Duration.ofSeconds(1);
    private static final Duration HEARTBEAT_IN_DOUBT = Duration.ofMillis(500);
    private static final Duration COUNTED = Duration.ofSeconds(5);
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final int MOST_WAITING = 500;

    /** A permit that was given. */
    record Given(Instant at, String to) {}

    final VirtualTime time = new VirtualTime();
    final Allowance allowance;
    final Random random;
    final LeaseStoreModel store = new LeaseStoreModel(time, this::published);
    final List<Replica> alive = new ArrayList<>();
    final List<Given> given = new ArrayList<>();

    private final Map<String, Instant> heartbeats = new HashMap<>();
    private Instant forgottenAt = Instant.EPOCH;
    private int started;

    LeasedReplicas(Allowance allowance, long seed) {
        this.allowance = allowance;
        this.random = new Random(seed);
    }

    /** One replica. */
    final class Replica {

        final String name = "replica-" + started++;
        final LeaseStoreModel.Connection connection = store.new Connection();
        final SharedRateLimiter limiter =
                new SharedRateLimiter(name, allowance, connection, () -> this.counted, time, random::nextDouble);

        /** Permits a second that it asks for. */
        double demand;

        int counted = 1;
        boolean frozen;
        private Instant nextHeartbeat = time.instant();
        private Instant backAt = Instant.EPOCH;
        private boolean disconnected;
        private final Deque<Instant> waiting = new ArrayDeque<>();
        private final List<Permit> used = new ArrayList<>();
        private double asked;

        /** As at the start of a process: it serves nobody before its first heartbeat. */
        private void heartbeat() {
            if (!connection.cut) {
                heartbeats.put(name, time.instant());
                int present = (int) heartbeats.values().stream()
                        .filter(at -> at.isAfter(time.instant().minus(COUNTED)))
                        .count();
                backAt = disconnected ? time.instant() : backAt;
                boolean complete = time.instant().isAfter(forgottenAt.plus(COUNTED))
                        && time.instant().isAfter(backAt.plus(COUNTED));
                counted = complete ? present : Math.max(counted, present);
            }
            disconnected = connection.cut;
            limiter.renew().subscribe().with(renewed -> {});
            nextHeartbeat = time.instant().plus(connection.cut ? HEARTBEAT_IN_DOUBT : HEARTBEAT);
        }

        private void step() {
            if (frozen) {
                return;
            }
            // Who was frozen serves requests before it gets to anything else.
            serve();
            if (!time.instant().isBefore(nextHeartbeat)) {
                heartbeat();
            }
        }

        private void serve() {
            asked += demand * STEP.toMillis() / 1_000.0;
            for (; asked >= 1; asked--) {
                waiting.add(time.instant());
            }
            while (!waiting.isEmpty()
                    && (waiting.size() > MOST_WAITING
                            || waiting.peek().plus(DEADLINE).isBefore(time.instant()))) {
                waiting.remove();
            }
            while (!waiting.isEmpty()) {
                Optional<Permit> permit = limiter.tryTake(RateLimiter.Use.REQUEST);
                if (permit.isEmpty()) {
                    break;
                }
                waiting.remove();
                used.add(permit.get());
                given.add(new Given(time.instant(), name));
            }
            limiter.waiting(waiting.size(), 0);
            if (!waiting.isEmpty()) {
                limiter.replenish();
            }
        }

        /** The last request is answered with 429. */
        void throttle(Optional<Duration> retryAfter) {
            if (!used.isEmpty()) {
                used.get(used.size() - 1).throttled(retryAfter);
            }
        }

        /** Nobody asks any more, and nobody waits. */
        void wantsNothing() {
            demand = 0;
            waiting.clear();
        }

        void freeze() {
            frozen = true;
            connection.freeze();
        }

        void thaw() {
            frozen = false;
            // Requests are served before the answers that have arrived are seen.
            serve();
            connection.thaw();
        }

        void leave() {
            limiter.leave().subscribe().with(left -> {});
            heartbeats.remove(name);
            alive.remove(this);
        }

        void kill() {
            alive.remove(this);
        }

        boolean isKnownTo(SharedBudget budget) {
            return budget.isRunning(name, time.instant().plus(LeaseStoreModel.AHEAD));
        }

        double perMinute() {
            return limiter.perMinute();
        }

        long permits(Instant from, Instant to) {
            return given.stream()
                    .filter(one -> one.to().equals(name)
                            && !one.at().isBefore(from)
                            && one.at().isBefore(to))
                    .count();
        }
    }

    Replica join() {
        return join(false);
    }

    /** @param cut whether it does not reach the store */
    Replica join(boolean cut) {
        Replica replica = new Replica();
        replica.connection.cut = cut;
        replica.heartbeat();
        alive.add(replica);
        return replica;
    }

    /** The store is restarted empty. */
    void forget() {
        store.forget();
        heartbeats.clear();
        forgottenAt = time.instant();
    }

    void pass(Duration duration) {
        Instant end = time.instant().plus(duration);
        while (time.instant().isBefore(end)) {
            time.pass(STEP);
            List.copyOf(alive).forEach(Replica::step);
        }
    }

    long permits(Instant from, Instant to) {
        return given.stream()
                .filter(one -> !one.at().isBefore(from) && one.at().isBefore(to))
                .count();
    }

    private void published(Backoff backoff) {
        List.copyOf(alive).stream()
                .filter(replica -> !replica.connection.cut && !replica.frozen)
                .forEach(replica -> replica.limiter.apply(backoff));
    }
}
