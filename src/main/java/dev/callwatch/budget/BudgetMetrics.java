package dev.callwatch.budget;

import dev.callwatch.account.AccountKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** What is measured of the budget of one account. */
final class BudgetMetrics {

    private static final String ACCOUNT = "account";

    private final Counter permitted;
    private final Counter refused;

    BudgetMetrics(MeterRegistry registry, AccountKey account, RateLimiter limiter) {
        this.permitted = counter(registry, "callwatch.budget.permits", "Requests that got their permit", account);
        this.refused = counter(
                registry, "callwatch.budget.refusals", "Requests that could get none before their deadline", account);
        FunctionCounter.builder("callwatch.budget.pauses", limiter, RateLimiter::backoffs)
                .description("Pauses after a 429 of Vonage to this process")
                .tag(ACCOUNT, account.value())
                .register(registry);
        Gauge.builder("callwatch.budget.allowance", limiter, RateLimiter::perMinute)
                .description("Requests a minute that this process is allowed now")
                .tag(ACCOUNT, account.value())
                .register(registry);
        Gauge.builder("callwatch.budget.available", limiter, RateLimiter::available)
                .description("Permits that this process has now")
                .tag(ACCOUNT, account.value())
                .register(registry);
        Gauge.builder("callwatch.budget.paused", limiter, paused -> paused.isPaused() ? 1 : 0)
                .description("1 while the account pauses after a 429 of Vonage")
                .tag(ACCOUNT, account.value())
                .register(registry);
    }

    void permitted() {
        permitted.increment();
    }

    void refused() {
        refused.increment();
    }

    private static Counter counter(MeterRegistry registry, String name, String description, AccountKey account) {
        return Counter.builder(name)
                .description(description)
                .tag(ACCOUNT, account.value())
                .register(registry);
    }
}
