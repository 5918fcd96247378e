package dev.callwatch.budget;

import dev.callwatch.time.Delay;
import dev.callwatch.time.VirtualTime;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;

/** Budgets on a clock that is moved by hand, or on any other. */
public final class BudgetsInVirtualTime {

    private BudgetsInVirtualTime() {}

    public static Budgets of(VirtualTime time) {
        return of(new LocalRateLimiters(time, () -> 0.5), time, time);
    }

    public static Budgets of(RateLimiters limiters, Clock clock, Delay delay) {
        return new Budgets(limiters, clock, delay, new SimpleMeterRegistry());
    }
}
