package dev.callwatch.watch;

import dev.callwatch.account.Accounts;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Calls;
import dev.callwatch.call.RemoteFollow;
import dev.callwatch.time.Delay;
import dev.callwatch.time.WallClock;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The calls that other replicas follow because of notifications. Nobody waits for these calls, so nobody would notice that such a
 * replica is gone: a call that is not settled, and that no replica has read for longer than the pause between two polls, is followed
 * here from then on. Safe for concurrent use.
 */
@Singleton
class StandbyCalls {

    private static final Logger LOG = Logger.getLogger(StandbyCalls.class);

    private static final Duration BETWEEN_CHECKS = Duration.ofSeconds(15);

    /** Clocks of replicas differ by no more, and a poll waits no longer for its turn as a rule. */
    private static final Duration TOLERANCE = Duration.ofSeconds(15);

    /** Of all accounts, those named longest ago are given up first. */
    static final int MOST = 10_000;

    private final Calls calls;
    private final UnaskedCalls unasked;
    private final Accounts accounts;
    private final Delay delay;
    private final WallClock clock;

    /** With the time of day at which another replica began to follow it. */
    private final Map<CallKey, Instant> standby = new LinkedHashMap<>();

    private boolean running;
    private boolean closed;

    StandbyCalls(Calls calls, UnaskedCalls unasked, Accounts accounts, Delay delay, WallClock clock) {
        this.calls = calls;
        this.unasked = unasked;
        this.accounts = accounts;
        this.delay = delay;
        this.clock = clock;
    }

    void followedElsewhere(@Observes RemoteFollow follow) {
        boolean first;
        synchronized (this) {
            standby.remove(follow.call());
            standby.put(follow.call(), clock.now());
            if (standby.size() > MOST) {
                standby.remove(standby.keySet().iterator().next());
            }
            first = !running;
            running = true;
        }
        if (first) {
            run();
        }
    }

    /** What this process would follow now, it would leave again. */
    synchronized void close(@Observes ShutdownDelayInitiatedEvent end) {
        closed = true;
        standby.clear();
    }

    private void run() {
        delay.of(BETWEEN_CHECKS).chain(this::checkAll).subscribe().with(checked -> runAgain());
    }

    private void runAgain() {
        synchronized (this) {
            running = !standby.isEmpty();
            if (!running) {
                return;
            }
        }
        run();
    }

    /** Never fails. */
    private Uni<Void> checkAll() {
        return Multi.createFrom()
                .iterable(all().entrySet())
                .onItem()
                .transformToUniAndConcatenate(each -> check(each.getKey(), each.getValue()))
                .onItem()
                .ignoreAsUni()
                .onFailure()
                .invoke(defect -> LOG.error("A call that another replica follows could not be checked", defect))
                .onFailure()
                .recoverWithNull();
    }

    private synchronized Map<CallKey, Instant> all() {
        return new LinkedHashMap<>(standby);
    }

    private Uni<Void> check(CallKey key, Instant since) {
        return accounts.find(key.account())
                .map(account -> calls.knownAnywhere(account, key.guid())
                        .invoke(known -> {
                            if (known.filter(calls::isSettled).isPresent()) {
                                remove(key, since);
                            } else if (isSilent(known, since) && remove(key, since)) {
                                unasked.follow(account, key.guid());
                            }
                        })
                        .replaceWithVoid())
                .orElseGet(() -> Uni.createFrom().voidItem().invoke(() -> remove(key, since)));
    }

    private boolean isSilent(Optional<CallStatus> known, Instant since) {
        Instant readAt = known.map(status -> status.observed().at())
                .filter(since::isBefore)
                .orElse(since);
        boolean ended = known.flatMap(CallStatus::ended).orElse(false);
        return clock.now().isAfter(readAt.plus(PollInterval.longest(ended)).plus(TOLERANCE));
    }

    /** Whether it was there, and is to be followed: not where another replica has begun to follow it meanwhile. */
    private synchronized boolean remove(CallKey key, Instant since) {
        return standby.remove(key, since) && !closed;
    }
}
