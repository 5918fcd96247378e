package dev.callwatch.budget;

import dev.callwatch.account.AccountKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** What is measured of the budget of one account. */
final class BudgetMetrics {

    private static final String ACCOUNT = "account";

    private final Counter permitted;
    private final Counter refused;
    private final Counter pauses;

    BudgetMetrics(MeterRegistry registry, AccountKey account, Rate rate) {
        this.permitted = counter(registry, "callwatch.budget.permits", "Requests that got their permit", account);
        this.refused = counter(
                registry, "callwatch.budget.refusals", "Requests that could get none before their deadline", account);
        this.pauses = counter(registry, "callwatch.budget.pauses", "Pauses after a 429 of Vonage", account);
        Gauge.builder("callwatch.budget.allowance", rate, shared -> share(shared, shared.perMinute()))
                .description("Requests a minute that are allowed now")
                .tag(ACCOUNT, account.value())
                .register(registry);
        Gauge.builder("callwatch.budget.available", rate, shared -> share(shared, shared.available()))
                .description("Permits that are there now")
                .tag(ACCOUNT, account.value())
                .register(registry);
        Gauge.builder("callwatch.budget.paused", rate, paused -> paused.isPaused() ? 1 : 0)
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

    void paused() {
        pauses.increment();
    }

    /** So that the sum over all who share is what they have together. */
    private static double share(Rate rate, long all) {
        return (double) all / rate.sharers();
    }

    private static Counter counter(MeterRegistry registry, String name, String description, AccountKey account) {
        return Counter.builder(name)
                .description(description)
                .tag(ACCOUNT, account.value())
                .register(registry);
    }
}
