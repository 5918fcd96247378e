package dev.callwatch.watch;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.callwatch.account.Account;
import dev.callwatch.account.AccountKey;
import dev.callwatch.budget.Budgets;
import dev.callwatch.call.CallChanged;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.Calls;
import dev.callwatch.time.Delay;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/** Watches calls: one poll loop a call, however many are told. */
@Singleton
// Caffeine finds the classes it generated for this mix of features by their names.
@RegisterForReflection(
        classNames = {"com.github.benmanes.caffeine.cache.SSMWA", "com.github.benmanes.caffeine.cache.PSAMW"})
public class CallPollers {

    /** Events are kept for readers that come back, for so long after the call was last watched or changed. */
    private static final Duration JOURNAL_KEPT = Duration.ofHours(1);

    private static final long MOST_JOURNAL_BYTES = 32L << 20;

    private record Key(AccountKey account, String guid) {}

    private final Calls calls;
    private final Budgets budgets;
    private final CallPoller.Dependencies means;
    private final ConcurrentMap<Key, CallPoller> watched = new ConcurrentHashMap<>();
    private final Cache<Key, ReplayBuffer> journals;
    private volatile boolean closed;

    CallPollers(
            Calls calls, Budgets budgets, Delay delay, Clock clock, PollExecutor background, MeterRegistry registry) {
        this.calls = calls;
        this.budgets = budgets;
        this.means = new CallPoller.Dependencies(calls, delay, clock, background);
        this.journals = Caffeine.newBuilder()
                .expireAfterAccess(JOURNAL_KEPT)
                .maximumWeight(MOST_JOURNAL_BYTES)
                .weigher((Key key, ReplayBuffer journal) -> journal.bytes())
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .build();
        Gauge.builder("callwatch.watched.calls", watched, ConcurrentMap::size)
                .description("Calls that are polled because somebody watches them")
                .register(registry);
    }

    /**
     * Watches a call. It is polled while anybody does.
     *
     * @param account an account that this process holds
     * @param resumeAfter the revision that the reader had last; what followed is told instead of the current status, as far
     *     as it is kept
     * @return the current status as soon as it is known, and then what follows. A slow reader is told fewer revisions, but
     *     the latest always. Ends after {@link Notification.Completed}, or without it when this process ends. It never fails
     */
    public Multi<Notification> follow(Account account, CallGuid guid, OptionalLong resumeAfter) {
        return Multi.createFrom().deferred(() -> {
            Subscriber reader = new Subscriber(resumeAfter);
            return reachingBack(account, guid, resumeAfter)
                    .onItem()
                    .transformToMulti(ready -> views(account, guid))
                    .onItem()
                    .transformToIterable(reader::news);
        });
    }

    /** Fetches what followed a revision from other replicas, where this one does not reach back so far. */
    private Uni<Void> reachingBack(Account account, CallGuid guid, OptionalLong resumeAfter) {
        Key key = new Key(account.key(), guid.value());
        if (resumeAfter.isEmpty() || reachesBackTo(journals.getIfPresent(key), resumeAfter.getAsLong())) {
            return Uni.createFrom().voidItem();
        }
        return calls.history(account, guid)
                .map(ReplayBuffer::of)
                .invoke(elsewhere -> elsewhere.ifPresent(journal -> recalled(key, journal)))
                .replaceWithVoid();
    }

    private static boolean reachesBackTo(ReplayBuffer journal, long revision) {
        return journal != null && journal.reachesBackTo() <= revision && journal.revision() >= revision;
    }

    private void recalled(Key key, ReplayBuffer elsewhere) {
        journals.asMap().merge(key, elsewhere, ReplayBuffer::orLonger);
        CallPoller watch = watched.get(key);
        if (watch != null) {
            watch.recalled(elsewhere);
        }
    }

    /** Ends all watches and begins no more, so that those who wait can go elsewhere before this process ends. */
    void close(@Observes ShutdownDelayInitiatedEvent end) {
        closed = true;
        List.copyOf(watched.values()).forEach(CallPoller::finish);
    }

    void changed(@Observes CallChanged change) {
        Key key = new Key(change.account(), change.now().id());
        CallPoller watch = watched.get(key);
        if (watch != null) {
            journals.put(key, watch.changed(change.now()));
        } else {
            journals.asMap().computeIfPresent(key, (known, journal) -> journal.with(change.now()));
        }
    }

    private Multi<FeedState> views(Account account, CallGuid guid) {
        if (closed) {
            return Multi.createFrom().empty();
        }
        Key key = new Key(account.key(), guid.value());
        return watched.compute(
                        key,
                        (same, running) -> running == null || running.isOver() ? open(account, guid, key) : running)
                .views();
    }

    private CallPoller open(Account account, CallGuid guid, Key key) {
        ReplayBuffer journal = journals.get(key, absent -> ReplayBuffer.from(calls.known(account, guid)));
        return new CallPoller(account, guid, journal, budgets.of(account), means, over -> watched.remove(key, over));
    }
}
