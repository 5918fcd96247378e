package dev.callwatch.budget;

import dev.callwatch.account.Account;
import java.time.Clock;
import java.util.function.DoubleSupplier;

/** Rates that nobody else shares, in the memory of this process. */
public final class LocalRates implements Rates {

    private final Clock clock;
    private final DoubleSupplier random;

    /** @param random numbers from 0 (inclusive) to 1 (exclusive) */
    public LocalRates(Clock clock, DoubleSupplier random) {
        this.clock = clock;
        this.random = random;
    }

    @Override
    public Rate of(Account account) {
        return new LocalRate(account.allowance(), clock, random);
    }
}
