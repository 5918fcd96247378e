package dev.callwatch.watch;

import dev.callwatch.account.Account;
import dev.callwatch.call.CallHint;
import dev.callwatch.call.HintChannel;
import dev.callwatch.call.RemoteHint;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;

/**
 * Takes the hints of Vonage's notifications. The replica that receives one has the call read, for all of them; the others only note
 * that it came.
 */
@Singleton
public class CallHints {

    private final NotificationCoverage coverage;
    private final HintedCalls calls;
    private final UnaskedCalls unasked;
    private final HintChannel channel;
    private final PollExecutor executor;
    private final RecentNotifications recent;

    CallHints(
            NotificationCoverage coverage,
            HintedCalls calls,
            UnaskedCalls unasked,
            HintChannel channel,
            PollExecutor executor,
            Clock clock) {
        this.coverage = coverage;
        this.calls = calls;
        this.unasked = unasked;
        this.channel = channel;
        this.executor = executor;
        this.recent = new RecentNotifications(clock);
    }

    /**
     * This replica has received a notification whose signature holds. What it leads to happens later, and fails nobody.
     *
     * @param follow whether a call that nobody asked for is followed
     * @return whether it came for the first time within 10 minutes; otherwise nothing follows
     */
    public boolean received(Account account, CallHint hint, boolean follow) {
        if (!recent.add(hint)) {
            return false;
        }
        executor.execute(() -> {
            channel.publish(hint);
            coverage.received(hint);
            hint.calls().forEach(guid -> calls.hinted(account, guid, hint.kind()));
            if (follow) {
                unasked.hinted(account, hint);
            }
        });
        return true;
    }

    void receivedElsewhere(@Observes RemoteHint remote) {
        if (recent.add(remote.hint())) {
            coverage.received(remote.hint());
            calls.hintedElsewhere(remote.hint());
        }
    }
}
