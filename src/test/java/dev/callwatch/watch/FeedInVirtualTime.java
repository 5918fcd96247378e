package dev.callwatch.watch;

import dev.callwatch.budget.Budgets;
import dev.callwatch.budget.BudgetsInVirtualTime;
import dev.callwatch.call.CallChanged;
import dev.callwatch.call.CallDirectory;
import dev.callwatch.call.CallReader;
import dev.callwatch.call.Calls;
import dev.callwatch.call.CallsInVirtualTime;
import dev.callwatch.call.Coordination;
import dev.callwatch.call.LocalCoordination;
import dev.callwatch.call.LogAppended;
import dev.callwatch.call.RevisionLog;
import dev.callwatch.time.VirtualTime;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The feed of calls as it is wired in production, on a scripted Vonage and a clock that is moved by hand. */
public final class FeedInVirtualTime {

    private FeedInVirtualTime() {}

    public static CallFeed of(CallReader vonage, VirtualTime time) {
        return of(vonage, time, new FollowedMemory(Long.MAX_VALUE));
    }

    /** @param memory for the statuses of followed calls */
    static CallFeed of(CallReader vonage, VirtualTime time, FollowedMemory memory) {
        List<Consumer<CallChanged>> observers = new ArrayList<>();
        Calls calls = CallsInVirtualTime.of(
                vonage,
                CallsInVirtualTime.options(Map.of()),
                time,
                change -> observers.forEach(observer -> observer.accept(change)));
        return of(calls, observers, time, memory);
    }

    /** All feeds of a process, and the look-ups that fill them. */
    public record Feeds(Calls calls, CallDirectory directory, CallFeed ofCalls, AccountFeed ofAccounts) {}

    /** @param log made of the log of the process */
    public static Feeds all(CallReader vonage, VirtualTime time, UnaryOperator<RevisionLog> log) {
        return all(vonage, new LocalCoordination(), time, log);
    }

    /** @param log made of the log of the process */
    public static Feeds all(
            CallReader vonage, Coordination coordination, VirtualTime time, UnaryOperator<RevisionLog> log) {
        List<Consumer<CallChanged>> observers = new ArrayList<>();
        List<Consumer<LogAppended>> readers = new ArrayList<>();
        CallsInVirtualTime.Knowledge knowledge = CallsInVirtualTime.knowledge(
                vonage,
                coordination,
                time,
                change -> observers.forEach(observer -> observer.accept(change)),
                appended -> readers.forEach(reader -> reader.accept(appended)));
        AccountFeed ofAccounts = new AccountFeed(log.apply(knowledge.log()), time);
        readers.add(ofAccounts::appended);
        return new Feeds(
                knowledge.calls(),
                knowledge.directory(),
                of(knowledge.calls(), observers, time, new FollowedMemory(Long.MAX_VALUE)),
                ofAccounts);
    }

    private static CallFeed of(
            Calls calls, List<Consumer<CallChanged>> observers, VirtualTime time, FollowedMemory memory) {
        CallPollers pollers = pollers(calls, BudgetsInVirtualTime.of(time), time, memory, new SimpleMeterRegistry());
        observers.add(pollers::changed);
        return new CallFeed(calls, pollers, time, time);
    }

    /** Pollers of calls, with memory for all, and without notifications. */
    static CallPollers pollers(Calls calls, Budgets budgets, VirtualTime time, MeterRegistry registry) {
        return pollers(calls, budgets, time, new FollowedMemory(Long.MAX_VALUE), registry);
    }

    private static CallPollers pollers(
            Calls calls, Budgets budgets, VirtualTime time, FollowedMemory memory, MeterRegistry registry) {
        return new CallPollers(calls, budgets, Uncovered.in(time), time, time, Runnable::run, memory, registry);
    }

    /** The types of the events that a subscriber got, the codes of problems, and {@code settled}. */
    static List<String> types(AssertSubscriber<Notification> subscriber) {
        return subscriber.getItems().stream()
                .map(item -> item instanceof Notification.Changed changed
                        ? changed.event().type().wireName()
                        : item instanceof Notification.Failed failed
                                ? failed.reason().type().code()
                                : "settled")
                .toList();
    }
}
