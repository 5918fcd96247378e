package dev.callwatch.budget;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** When polls have a slot however many requests there are: a quarter of the budget is guaranteed to them. Not thread-safe. */
final class GuaranteedSlots {

    private static final int PERIODS_BETWEEN_SLOTS = 4;

    private final RateLimiter limiter;
    private final Clock clock;
    private Instant last = Instant.EPOCH;

    GuaranteedSlots(RateLimiter limiter, Clock clock) {
        this.limiter = limiter;
        this.clock = clock;
    }

    /**
     * How long until the slot of a poll; zero where it has come.
     *
     * @param ahead how many polls are served before
     */
    Duration until(int ahead) {
        Duration apart = apart();
        Duration left = Duration.between(clock.instant(), last.plus(apart)).plus(apart.multipliedBy(ahead));
        Duration pause = limiter.pause();
        return left.compareTo(pause) < 0 ? pause : left;
    }

    /**
     * A poll has a slot, guaranteed or spared by requests. After one that was late the next one is early by as much, up to the time
     * between two slots.
     */
    void taken() {
        Instant now = clock.instant();
        Instant planned = last.plus(apart());
        Instant earliest = now.minus(apart());
        Instant notBefore = planned.isBefore(earliest) ? earliest : planned;
        last = notBefore.isAfter(now) ? now : notBefore;
    }

    private Duration apart() {
        return limiter.period().multipliedBy(PERIODS_BETWEEN_SLOTS);
    }
}
