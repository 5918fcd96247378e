package dev.callwatch.budget;

import dev.callwatch.account.Account;
import dev.callwatch.account.AccountKey;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** The budgets of all accounts, one each. */
@Singleton
public class Budgets {

    private final Clock clock;
    private final Delay delay;
    private final MeterRegistry registry;
    private final Map<AccountKey, Budget> budgets = new ConcurrentHashMap<>();

    Budgets(Clock clock, Delay delay, MeterRegistry registry) {
        this.clock = clock;
        this.delay = delay;
        this.registry = registry;
    }

    /** The budget of an account; the same one each time. */
    public Budget of(Account account) {
        return budgets.computeIfAbsent(account.key(), key -> open(account));
    }

    private Budget open(Account account) {
        Rate rate = new Rate(
                account.allowance(), clock, () -> ThreadLocalRandom.current().nextDouble());
        return new Budget(rate, clock, delay, new BudgetMetrics(registry, account.key(), rate));
    }
}
