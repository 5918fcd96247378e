package dev.callwatch.api;

import dev.callwatch.access.Caller;
import dev.callwatch.account.Account;
import dev.callwatch.call.CacheDirectives;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Calls;
import dev.callwatch.call.LookupResult;
import dev.callwatch.time.Delay;
import dev.callwatch.time.Race;
import dev.callwatch.time.WallClock;
import dev.callwatch.watch.CallPollers;
import dev.callwatch.watch.Notification;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Predicate;

/** Holds an answer back until there is news. All who wait for one call share its watch. */
@Singleton
class LongPoll {

    private final Calls calls;
    private final CallPollers watches;
    private final Delay delay;
    private final WallClock clock;

    LongPoll(Calls calls, CallPollers watches, Delay delay, WallClock clock) {
        this.calls = calls;
        this.watches = watches;
        this.delay = delay;
        this.clock = clock;
    }

    /**
     * The status of a call once it is news, or once nothing more is to come, or after a while.
     *
     * @param isNews whether the caller does not have a status yet
     * @param wait how long to wait at most
     * @param caller who waits, for no longer than somebody vouches for it
     */
    Uni<LookupResult> look(
            Account account,
            CallGuid guid,
            CacheDirectives demand,
            Predicate<CallStatus> isNews,
            Duration wait,
            Caller caller) {
        return calls.look(account, guid, demand)
                .chain(first -> isNews.test(first.status()) || calls.isSettled(first.status())
                        ? Uni.createFrom().item(first)
                        : later(account, guid, isNews, caller.tokenLifetime(clock.now(), wait))
                                .map(waited -> calls.lastResult(account, guid).orElse(first)));
    }

    private Uni<Void> later(Account account, CallGuid guid, Predicate<CallStatus> isNews, Duration wait) {
        Uni<Void> news = watches.follow(account, guid, OptionalLong.empty())
                .filter(item -> item instanceof Notification.Changed seen
                        && isNews.test(seen.event().call()))
                .toUni()
                .replaceWithVoid();
        return Race.between(news, delay.of(wait));
    }
}
