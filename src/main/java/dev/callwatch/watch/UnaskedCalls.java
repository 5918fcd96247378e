package dev.callwatch.watch;

import dev.callwatch.account.Account;
import dev.callwatch.account.AccountKey;
import dev.callwatch.budget.Budgets;
import dev.callwatch.call.CacheDirectives;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallHint;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.Calls;
import dev.callwatch.call.HintChannel;
import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.ProblemType;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Follows calls that notifications name and nobody asked for, each until it is settled. They are read first once the budget has room,
 * like polls. Safe for concurrent use.
 */
@Singleton
class UnaskedCalls {

    private static final Logger LOG = Logger.getLogger(UnaskedCalls.class);

    /** How many this replica follows for each account. At 30 s between polls they take 2,000 requests a minute, which the budget limits. */
    static final int MOST = 1_000;

    /** An interaction that is no call of the calls API is not read with each of its notifications. */
    private static final int ATTEMPTS = 2;

    /** A call just created may not be readable yet. */
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(5);

    private static final int ATTEMPTS_KEPT = 10_000;

    private record Attempts(int number, Instant last) {}

    private final Calls calls;
    private final CallFeed feed;
    private final Budgets budgets;
    private final HintChannel channel;
    private final Clock clock;
    private final NotificationMetrics metrics;
    private final Map<AccountKey, AtomicInteger> followed = new ConcurrentHashMap<>();

    /** Which of the GUIDs of a notification names the call, once one was found so: Vonage does not document it. */
    private final Map<AccountKey, Integer> places = new ConcurrentHashMap<>();

    /** By the first GUID of the notifications, those tried longest ago first. Guarded by itself. */
    private final Map<CallKey, Attempts> attempts = new LinkedHashMap<>();

    UnaskedCalls(
            Calls calls, CallFeed feed, Budgets budgets, HintChannel channel, Clock clock, MeterRegistry registry) {
        this.calls = calls;
        this.feed = feed;
        this.budgets = budgets;
        this.channel = channel;
        this.clock = clock;
        this.metrics = new NotificationMetrics(registry);
    }

    /** A notification may be about a call that nobody knows. */
    void hinted(Account account, CallHint hint) {
        if (hint.calls().isEmpty()) {
            return;
        }
        List<CallGuid> guids = List.copyOf(hint.calls());
        isKnown(account, guids)
                .filter(known -> !known && begins(new CallKey(account.key(), guids.get(0))))
                .onItem()
                .transformToMultiAndConcatenate(unknown -> found(account, guids))
                .subscribe()
                .with(guid -> follow(account, guid), UnaskedCalls::defect);
    }

    private Multi<Boolean> isKnown(Account account, List<CallGuid> guids) {
        return Multi.createFrom()
                .iterable(guids)
                .onItem()
                .transformToUniAndConcatenate(guid -> calls.knownAnywhere(account, guid))
                .collect()
                .asList()
                .map(all -> all.stream().anyMatch(Optional::isPresent))
                .toMulti();
    }

    private boolean begins(CallKey interaction) {
        Instant now = clock.instant();
        synchronized (attempts) {
            Attempts before = attempts.getOrDefault(interaction, new Attempts(0, Instant.EPOCH));
            if (before.number() >= ATTEMPTS || now.isBefore(before.last().plus(BETWEEN_ATTEMPTS))) {
                return false;
            }
            attempts.remove(interaction);
            attempts.put(interaction, new Attempts(before.number() + 1, now));
            if (attempts.size() > ATTEMPTS_KEPT) {
                attempts.remove(attempts.keySet().iterator().next());
            }
            return true;
        }
    }

    /** The first GUID that Vonage knows a call by. */
    private Multi<CallGuid> found(Account account, List<CallGuid> guids) {
        Integer place = places.get(account.key());
        List<CallGuid> candidates = place != null && place < guids.size() ? List.of(guids.get(place)) : guids;
        return Multi.createFrom()
                .iterable(candidates)
                .onItem()
                .transformToMultiAndConcatenate(guid -> isCall(account, guid)
                        .onItem()
                        .transformToMulti(call -> call
                                ? Multi.createFrom().item(guid)
                                : Multi.createFrom().<CallGuid>empty()))
                .select()
                .first()
                .invoke(guid -> places.put(account.key(), guids.indexOf(guid)));
    }

    private Uni<Boolean> isCall(Account account, CallGuid guid) {
        return budgets.of(account)
                .pollSlot(guid.value(), () -> calls.lookUp(account, guid, CacheDirectives.NONE, Calls.NO_CALLER))
                .replaceWith(true)
                .onFailure(ProblemException.class)
                .recoverWithItem(failure -> failure.type() != ProblemType.CALL_NOT_FOUND);
    }

    /** Follows a call until it is settled, or not where too many are followed. */
    void follow(Account account, CallGuid guid) {
        AtomicInteger count = followed.computeIfAbsent(account.key(), absent -> new AtomicInteger());
        if (count.incrementAndGet() > MOST) {
            count.decrementAndGet();
            return;
        }
        metrics.followed(account).increment();
        channel.publishFollowed(new CallKey(account.key(), guid));
        feed.follow(account, guid, OptionalLong.empty(), Calls.NO_CALLER)
                .onTermination()
                .invoke(count::decrementAndGet)
                .subscribe()
                .with(notification -> {}, UnaskedCalls::defect);
    }

    private static void defect(Throwable defect) {
        LOG.error("A call that nobody asked for could not be followed", defect);
    }
}
