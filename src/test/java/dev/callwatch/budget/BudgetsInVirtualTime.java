package dev.callwatch.budget;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/** Budgets on a clock that is moved by hand. */
public final class BudgetsInVirtualTime {

    private BudgetsInVirtualTime() {}

    public static Budgets of(VirtualTime time) {
        return new Budgets(new LocalRates(time, () -> 0.5), time, time, new SimpleMeterRegistry());
    }
}
