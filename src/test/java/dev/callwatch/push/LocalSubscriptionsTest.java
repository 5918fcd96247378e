package dev.callwatch.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.access.Caller;
import dev.callwatch.access.Grant;
import dev.callwatch.account.Account;
import dev.callwatch.account.AnAccount;
import dev.callwatch.call.CallGuid;
import dev.callwatch.time.VirtualTime;
import dev.callwatch.vonage.ScriptedReader;
import dev.callwatch.watch.FeedInVirtualTime;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LocalSubscriptionsTest {

    private static final String ID = "0123456789abcdef0123456789abcdef";
    private static final Run RUN = Run.FIRST;

    private final VirtualTime time = new VirtualTime();
    private final ScriptedReader vonage = new ScriptedReader(time);
    private final ScriptedSink sink = new ScriptedSink(time);
    private final PushMetrics metrics = new PushMetrics(new SimpleMeterRegistry());
    private final SharedStore store = new SharedStore();
    private final Account account = AnAccount.usual();
    private final CallGuid guid = new CallGuid("94e5928c-7f7e-4645-ad72-61010f906449");
    private final PushMemory memory = new PushMemory(1 << 20);
    private final SinkQueues queues = QueuesInVirtualTime.to(sink, time, metrics);
    private final LocalSubscriptions local = new LocalSubscriptions(
            new SubscriptionRunner.Dependencies(
                    new OwnedRuns(queues, memory, store, new RunLease(store, time), time, time, time),
                    FeedInVirtualTime.of(vonage, time),
                    new PushEvents("", (event, numbers) -> "{}"),
                    metrics,
                    store,
                    time,
                    time),
            store,
            memory,
            metrics,
            time,
            Runnable::run);

    @Test
    void one_that_runs_here_in_the_run_that_the_store_names_goes_on() {
        begin();
        local.check(Map.of(ID, RUN)).await().indefinitely();
        assertThat(local.contains(ID)).isTrue();
    }

    /** What the other replica accepted meanwhile is only in the store. */
    @Test
    void one_that_this_replica_lost_and_got_back_ends_here_and_is_begun_again_with_what_is_kept() {
        begin();
        local.check(Map.of(ID, new Run(1))).await().indefinitely();
        assertThat(local.contains(ID)).isFalse();
        sink.answers(ScriptedSink.OK);
        time.pass(Duration.ofMinutes(10));
        assertThat(sink.accepted()).isEmpty();
    }

    @Test
    void one_that_another_replica_runs_ends_here() {
        begin();
        store.lose();
        local.check(Map.of()).await().indefinitely();
        assertThat(local.contains(ID)).isFalse();
    }

    @Test
    void that_it_is_checked_is_over_once_the_store_has_answered() {
        begin();
        store.lose();
        store.beforeSaving(time.of(Duration.ofSeconds(3)));
        UniAssertSubscriber<Void> check =
                local.check(Map.of()).subscribe().withSubscriber(UniAssertSubscriber.create());
        time.pass(Duration.ofSeconds(2));
        check.assertNotTerminated();
        time.pass(Duration.ofSeconds(1));
        check.assertCompleted();
        assertThat(local.contains(ID)).isFalse();
    }

    private void begin() {
        vonage.answers(guid, "{\"status\":\"Active\"}");
        sink.answers(ScriptedSink.SILENT);
        StoredSubscription stored = StoredSubscription.of(new Subscription(
                ID,
                new Caller("main", "https://issuer.example", "crm", Set.of(), Set.of(), Optional.empty()),
                account.key(),
                ASink.usual().name(),
                Optional.empty(),
                EventTypes.ALL,
                Set.of(guid),
                time.now(),
                time.now().plus(Duration.ofHours(1)),
                OptionalInt.empty(),
                true,
                OptionalInt.empty(),
                Optional.empty()));
        store.create(stored.subscription(), RUN, SubscriptionCodec.encode(stored), false)
                .subscribe()
                .with(created -> local.create(stored, RUN, new Grant(account, false), ASink.usual()));
        assertThat(local.contains(ID)).isTrue();
    }
}
