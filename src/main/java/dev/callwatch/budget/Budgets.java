package dev.callwatch.budget;

import dev.callwatch.account.Account;
import dev.callwatch.account.AccountKey;
import dev.callwatch.time.Delay;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The budgets of all accounts, one each. */
@Singleton
public class Budgets {

    private final RateLimiters limiters;
    private final Clock clock;
    private final Delay delay;
    private final MeterRegistry registry;
    private final Map<AccountKey, Budget> budgets = new ConcurrentHashMap<>();

    Budgets(RateLimiters limiters, Clock clock, Delay delay, MeterRegistry registry) {
        this.limiters = limiters;
        this.clock = clock;
        this.delay = delay;
        this.registry = registry;
    }

    /** The budget of an account; the same one each time. */
    public Budget of(Account account) {
        return budgets.computeIfAbsent(account.key(), key -> open(account));
    }

    private Budget open(Account account) {
        RateLimiter limiter = limiters.of(account);
        return new Budget(limiter, clock, delay, new BudgetMetrics(registry, account.key(), limiter));
    }
}
