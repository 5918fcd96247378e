package dev.callwatch.watch;

import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallChanged;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallHint;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.HintChannel;
import dev.callwatch.time.Delay;
import dev.callwatch.time.WallClock;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Decides whether the notifications of an account can be relied on, so that its calls need fewer polls: at least one came within the
 * last hour, and no call was seen to end without one within the last 10 minutes. Safe for concurrent use.
 */
@Singleton
class NotificationCoverage {

    private static final Logger LOG = Logger.getLogger(NotificationCoverage.class);
    private static final Duration NOTIFIED_WITHIN = Duration.ofHours(1);
    private static final Duration PLAIN_AFTER_MISS = Duration.ofMinutes(10);

    /** A poll may see the end of a call before its notification arrives. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** A notification may arrive while the call still shows as active. */
    private static final Duration BEFORE_LAST_ACTIVE = Duration.ofMinutes(1);

    private static final int MOST_HINTED = 20_000;

    private record Account(Optional<Instant> notifiedAt, Optional<Instant> missedAt) {

        private static final Account NOTHING = new Account(Optional.empty(), Optional.empty());
    }

    private final HintChannel channel;
    private final Clock clock;
    private final WallClock wallClock;
    private final Delay delay;
    private final Consumer<CoverageLost> observers;
    private final ConcurrentMap<AccountKey, Account> accounts = new ConcurrentHashMap<>();

    /** The time of day of the last hint at a call, those hinted at longest ago first. Guarded by itself. */
    private final Map<CallKey, Instant> hinted = new LinkedHashMap<>();

    @Inject
    NotificationCoverage(
            HintChannel channel, Clock clock, WallClock wallClock, Delay delay, Event<CoverageLost> observers) {
        this(channel, clock, wallClock, delay, observers::fire);
    }

    NotificationCoverage(
            HintChannel channel, Clock clock, WallClock wallClock, Delay delay, Consumer<CoverageLost> observers) {
        this.channel = channel;
        this.clock = clock;
        this.wallClock = wallClock;
        this.delay = delay;
        this.observers = observers;
    }

    /** Any replica has received a notification. */
    void received(CallHint hint) {
        accounts.merge(
                hint.account(),
                new Account(Optional.of(clock.instant()), Optional.empty()),
                (known, now) -> new Account(now.notifiedAt(), known.missedAt()));
        hint.calls().forEach(guid -> hinted(new CallKey(hint.account(), guid)));
    }

    /** Whether notifications say when the calls of an account change. */
    boolean covers(AccountKey account) {
        Account known = accounts.getOrDefault(account, Account.NOTHING);
        return isWithin(known.notifiedAt(), NOTIFIED_WITHIN)
                && !isWithin(known.missedAt(), PLAIN_AFTER_MISS)
                && channel.isConnected();
    }

    /** A call that was seen to end has to be hinted at, or its account's notifications cannot be relied on. */
    void changed(@Observes CallChanged change) {
        CallStatus now = change.now();
        CallKey key = new CallKey(change.account(), new CallGuid(now.id()));
        boolean ends = now.ended().orElse(false)
                && now.observed()
                        .firstEndedAt()
                        .equals(Optional.of(now.observed().at()));
        Optional<Instant> lastActiveAt = now.observed().lastActiveAt().filter(seen -> ends);
        if (lastActiveAt.isPresent() && covers(key.account()) && !isHinted(key, lastActiveAt.get())) {
            delay.of(PATIENCE).subscribe().with(passed -> check(key, lastActiveAt.get()));
        }
    }

    private void check(CallKey key, Instant lastActiveAt) {
        if (isHinted(key, lastActiveAt) || !covers(key.account())) {
            return;
        }
        accounts.computeIfPresent(
                key.account(), (same, known) -> new Account(known.notifiedAt(), Optional.of(clock.instant())));
        LOG.infof(
                "Call %s of account %s ended without a notification: for %d min the account is polled as without notifications",
                key.guid(), key.account(), PLAIN_AFTER_MISS.toMinutes());
        observers.accept(new CoverageLost(key.account()));
    }

    private void hinted(CallKey key) {
        synchronized (hinted) {
            hinted.remove(key);
            hinted.put(key, wallClock.now());
            if (hinted.size() > MOST_HINTED) {
                hinted.remove(hinted.keySet().iterator().next());
            }
        }
    }

    private boolean isHinted(CallKey key, Instant lastActiveAt) {
        synchronized (hinted) {
            return Optional.ofNullable(hinted.get(key))
                    .filter(at -> at.isAfter(lastActiveAt.minus(BEFORE_LAST_ACTIVE)))
                    .isPresent();
        }
    }

    private boolean isWithin(Optional<Instant> at, Duration within) {
        return at.filter(some -> clock.instant().isBefore(some.plus(within))).isPresent();
    }
}
