package dev.callwatch.budget;

import dev.callwatch.account.Account;
import java.time.Clock;
import java.util.function.DoubleSupplier;

/** Rate limiters that nobody shares: each account's whole allowance is for this process. */
public final class LocalRateLimiters implements RateLimiters {

    private final Clock clock;
    private final DoubleSupplier random;

    /** @param random numbers from 0 (inclusive) to 1 (exclusive) */
    public LocalRateLimiters(Clock clock, DoubleSupplier random) {
        this.clock = clock;
        this.random = random;
    }

    @Override
    public RateLimiter of(Account account) {
        return new AdaptiveTokenBucket(account.allowance(), clock, random);
    }
}
