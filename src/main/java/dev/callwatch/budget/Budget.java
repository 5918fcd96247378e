package dev.callwatch.budget;

import dev.callwatch.account.Account;
import dev.callwatch.account.AccountKey;
import dev.callwatch.account.Allowance;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One token bucket per account, refilled continuously. Vonage's fair-use limit is shared by all VCC APIs of an account,
 * so every single request takes a permit first.
 */
@Singleton
public class Budget {

    private final Clock clock;
    private final Delay delay;
    private final Map<AccountKey, Bucket> buckets = new ConcurrentHashMap<>();

    Budget(Clock clock, Delay delay) {
        this.clock = clock;
        this.delay = delay;
    }

    /**
     * Takes a permit for one request, waiting for it in the order of arrival.
     *
     * @param deadline when the permit is of no more use
     * @return an item once the permit is there, or {@link BudgetExhausted} at once where it cannot be before the
     *     deadline
     */
    public Uni<Void> permit(Account account, Instant deadline) {
        return Uni.createFrom().deferred(() -> reserve(bucket(account), deadline));
    }

    /** Gives a permit back whose request was never sent. */
    public void giveBack(Account account) {
        bucket(account).addTokens(1);
    }

    private Uni<Void> reserve(Bucket bucket, Instant deadline) {
        long nanos = bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill();
        Duration wait = Duration.ofNanos(nanos);
        if (nanos > 0 && !clock.instant().plus(wait).isBefore(deadline)) {
            return Uni.createFrom().failure(new BudgetExhausted(wait));
        }
        // Reserving ahead keeps the order of arrival; a permit whose taker leaves meanwhile is forfeit.
        long reserved = bucket.consumeIgnoringRateLimits(1);
        return reserved == 0 ? Uni.createFrom().voidItem() : delay.of(Duration.ofNanos(reserved));
    }

    private Bucket bucket(Account account) {
        return buckets.computeIfAbsent(account.key(), key -> bucket(account.allowance()));
    }

    private Bucket bucket(Allowance allowance) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(allowance.burst())
                        .refillGreedy(allowance.requestsPerMinute(), Duration.ofMinutes(1)))
                .withCustomTimePrecision(new ClockMeter(clock))
                .build();
    }

    private record ClockMeter(Clock clock) implements TimeMeter {

        @Override
        public long currentTimeNanos() {
            Instant now = clock.instant();
            return now.getEpochSecond() * 1_000_000_000L + now.getNano();
        }

        @Override
        public boolean isWallClockBased() {
            return true;
        }
    }
}
