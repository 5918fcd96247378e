package dev.callwatch.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.AccountKey;
import dev.callwatch.account.AnAccount;
import dev.callwatch.call.ReplicasReconnected;
import dev.callwatch.time.VirtualTime;
import dev.callwatch.vonage.ScriptedReader;
import dev.callwatch.watch.FeedInVirtualTime;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SinkFollowersTest {

    private static final Run RUN = Run.FIRST;
    private static final Map<String, String> NEW = FollowCodec.encode(StoredFollow.NOTHING);

    private final VirtualTime time = new VirtualTime();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final PushMetrics metrics = new PushMetrics(registry);
    private final Store store = new Store();

    @Test
    void each_account_of_a_sink_that_follows_is_acquired_a_while_after_the_start_until_it_runs_here() {
        SinkFollowers followers =
                followers(sink("all", true, Set.of()), sink("other", true, Set.of("b")), sink("crm", false, Set.of()));
        followers.acquire().await().indefinitely();
        assertThat(store.acquired).isEmpty();
        time.pass(Duration.ofSeconds(10));
        followers.acquire().await().indefinitely();
        assertThat(store.acquired).containsExactly("follow:all:a");
        followers.takeOver("follow:all:a", RUN, NEW);
        assertThat(followers.runs("follow:all:a")).isTrue();
        assertThat(registry.get("callwatch.push.follow.active").gauge().value()).isEqualTo(1);
        followers.acquire().await().indefinitely();
        assertThat(store.acquired).hasSize(1);
    }

    @Test
    void after_an_outage_of_the_store_the_replica_that_ran_it_goes_first() {
        SinkFollowers followers = followers(sink("all", true, Set.of()));
        followers.reconnected(new ReplicasReconnected());
        followers.acquire().await().indefinitely();
        time.pass(Duration.ofSeconds(9));
        followers.acquire().await().indefinitely();
        assertThat(store.acquired).isEmpty();
        time.pass(Duration.ofSeconds(1));
        followers.acquire().await().indefinitely();
        assertThat(store.acquired).containsExactly("follow:all:a");
    }

    @Test
    void where_the_store_is_lost_again_and_again_somebody_begins_after_30_seconds() {
        SinkFollowers followers = followers(sink("all", true, Set.of()));
        for (int second = 0; second < 30; second += 5) {
            followers.acquire().await().indefinitely();
            assertThat(store.acquired).isEmpty();
            time.pass(Duration.ofSeconds(5));
            followers.reconnected(new ReplicasReconnected());
        }
        followers.acquire().await().indefinitely();
        assertThat(store.acquired).containsExactly("follow:all:a");
    }

    @Test
    void what_the_settings_do_not_have_or_cannot_be_read_is_forgotten() {
        SinkFollowers followers = followers(sink("all", true, Set.of()));
        followers.takeOver("follow:gone:a", RUN, NEW);
        followers.takeOver("follow:all:a", RUN, Map.of("follow", "of a later release"));
        assertThat(store.forgotten).containsExactly("follow:gone:a", "follow:all:a");
        assertThat(followers.size()).isZero();
    }

    @Test
    void one_that_another_replica_runs_stops() {
        SinkFollowers followers = followers(sink("all", true, Set.of()));
        followers.takeOver("follow:all:a", RUN, NEW);
        store.saved = SubscriptionStore.Saved.TAKEN;
        followers.check(Map.of()).await().indefinitely();
        assertThat(followers.size()).isZero();
        assertThat(time.pending()).isZero();
    }

    @Test
    void one_that_this_replica_lost_and_got_back_is_begun_again_with_what_is_kept() {
        SinkFollowers followers = followers(sink("all", true, Set.of()));
        followers.takeOver("follow:all:a", RUN, NEW);
        followers.check(Map.of("follow:all:a", RUN)).await().indefinitely();
        assertThat(followers.runs("follow:all:a")).isTrue();
        followers.check(Map.of("follow:all:a", new Run(1))).await().indefinitely();
        assertThat(followers.runs("follow:all:a")).isFalse();
        assertThat(time.pending()).isZero();
    }

    private SinkFollowers followers(Sink... sinks) {
        Map<String, Sink> named = new LinkedHashMap<>();
        List.of(sinks).forEach(sink -> named.put(sink.name(), sink));
        FeedInVirtualTime.Feeds feeds = FeedInVirtualTime.all(new ScriptedReader(time), time, log -> log);
        SinkQueues queues = QueuesInVirtualTime.to(new ScriptedSink(time), time, metrics);
        return new SinkFollowers(
                new Sinks(named, List.of()),
                AnAccount.only(),
                new SinkFollower.Dependencies(
                        new OwnedRuns(
                                queues, new PushMemory(1 << 20), store, new RunLease(store, time), time, time, time),
                        feeds.ofAccounts(),
                        feeds.ofCalls(),
                        feeds.directory(),
                        new PushEvents("", (event, numbers) -> "{}"),
                        metrics,
                        store,
                        time,
                        time,
                        Runnable::run),
                store,
                metrics,
                time,
                Runnable::run);
    }

    private static Sink sink(String name, boolean follows, Set<String> accounts) {
        return new Sink(
                name,
                URI.create("https://sink.example/"),
                ContentMode.STRUCTURED,
                SinkSecrets.NONE,
                Optional.empty(),
                List.of(),
                accounts.stream().map(AccountKey::new).collect(Collectors.toSet()),
                Map.of(),
                follows ? Optional.of(new Sink.Follow(EventTypes.ALL, false)) : Optional.empty(),
                OptionalInt.empty(),
                address -> true);
    }

    private static final class Store extends LocalSubscriptionStore {

        private final List<String> acquired = new ArrayList<>();
        private final List<String> forgotten = new ArrayList<>();
        private Saved saved = Saved.KEPT;

        @Override
        public boolean isDurable() {
            return true;
        }

        @Override
        public Uni<Void> acquire(String id, Run run, Map<String, String> fields) {
            acquired.add(id);
            return Uni.createFrom().voidItem();
        }

        @Override
        public Uni<Saved> save(String id, Run run, Map<String, String> fields, Collection<String> removed) {
            return Uni.createFrom().item(saved);
        }

        @Override
        public Uni<Void> forget(String id) {
            forgotten.add(id);
            return Uni.createFrom().voidItem();
        }
    }
}
