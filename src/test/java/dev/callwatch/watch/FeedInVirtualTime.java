package dev.callwatch.watch;

import dev.callwatch.budget.BudgetsInVirtualTime;
import dev.callwatch.call.CallChanged;
import dev.callwatch.call.CallReader;
import dev.callwatch.call.Calls;
import dev.callwatch.call.CallsInVirtualTime;
import dev.callwatch.time.VirtualTime;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The feed of calls as it is wired in production, on a scripted Vonage and a clock that is moved by hand. */
public final class FeedInVirtualTime {

    private FeedInVirtualTime() {}

    public static CallFeed of(CallReader vonage, VirtualTime time) {
        List<Consumer<CallChanged>> observers = new ArrayList<>();
        Calls calls = CallsInVirtualTime.of(
                vonage,
                CallsInVirtualTime.options(Map.of()),
                time,
                change -> observers.forEach(observer -> observer.accept(change)));
        CallPollers pollers = new CallPollers(
                calls,
                BudgetsInVirtualTime.of(time),
                Uncovered.in(time),
                time,
                time,
                Runnable::run,
                new SimpleMeterRegistry());
        observers.add(pollers::changed);
        return new CallFeed(calls, pollers, time, time);
    }
}
