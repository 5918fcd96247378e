package dev.callwatch.store;

import dev.callwatch.account.Account;
import dev.callwatch.budget.Rate;
import dev.callwatch.budget.Rates;
import java.time.Clock;
import java.util.List;
import java.util.function.DoubleSupplier;

/** Rates that all replicas share, in Redis. */
final class RedisRates implements Rates {

    private final Scripts scripts;
    private final Keys keys;
    private final Condition condition;
    private final Clock clock;
    private final DoubleSupplier random;

    /** @param random numbers from 0 (inclusive) to 1 (exclusive) */
    RedisRates(Scripts scripts, Keys keys, Condition condition, Clock clock, DoubleSupplier random) {
        this.scripts = scripts;
        this.keys = keys;
        this.condition = condition;
        this.clock = clock;
        this.random = random;
    }

    @Override
    public Rate of(Account account) {
        List<String> allowance = List.of(keys.allowance(account.key()));
        return new RedisRate(
                account.allowance(),
                arguments -> scripts.run(Script.ALLOWANCE, allowance, arguments).map(RedisRate.Answer::of),
                condition,
                clock,
                random);
    }
}
