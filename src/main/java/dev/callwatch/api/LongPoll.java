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
import dev.callwatch.watch.CallFeed;
import dev.callwatch.watch.Notification;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Predicate;

/** Holds an answer back until the status changes. All who wait for one call share its poller. */
@Singleton
class LongPoll {

    private final Calls calls;
    private final CallFeed feed;
    private final Delay delay;
    private final WallClock clock;

    LongPoll(Calls calls, CallFeed feed, Delay delay, WallClock clock) {
        this.calls = calls;
        this.feed = feed;
        this.delay = delay;
        this.clock = clock;
    }

    /**
     * The status of a call once the caller does not have it yet, or once nothing more is to come, or after a while.
     *
     * @param isNew whether the caller does not have a status yet
     * @param wait how long to wait at most
     * @param caller who waits, for no longer than its token serves
     */
    Uni<LookupResult> lookUp(
            Account account,
            CallGuid guid,
            CacheDirectives directives,
            Predicate<CallStatus> isNew,
            Duration wait,
            Caller caller) {
        return calls.lookUp(account, guid, directives, caller.name())
                .chain(first -> isNew.test(first.status()) || calls.isSettled(first.status())
                        ? Uni.createFrom().item(first)
                        : later(account, guid, isNew, caller, wait)
                                .map(waited -> calls.lastResult(account, guid).orElse(first)));
    }

    private Uni<Void> later(Account account, CallGuid guid, Predicate<CallStatus> isNew, Caller caller, Duration wait) {
        Uni<Void> changed = feed.follow(account, guid, OptionalLong.empty(), caller.name())
                .filter(notification -> notification instanceof Notification.Changed status
                        && isNew.test(status.event().call()))
                .toUni()
                .replaceWithVoid();
        return Race.between(changed, delay.of(caller.tokenLifetime(clock.now(), wait)));
    }
}
