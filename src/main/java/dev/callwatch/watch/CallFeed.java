package dev.callwatch.watch;

import dev.callwatch.account.Account;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Calls;
import dev.callwatch.call.OneAnswer;
import dev.callwatch.time.Delay;
import dev.callwatch.time.WallClock;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;

/**
 * Follows calls, from their current status or from the revision that a subscriber has. On one subscription and all its
 * resumptions, also over restarts, replicas and lost stores, revisions only rise and observations never go back.
 */
@Singleton
public class CallFeed {

    /** Clocks of replicas differ by no more; a revision that lies further in the future is none of ours. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(10);

    private final Calls calls;
    private final CallPollers pollers;
    private final Delay delay;
    private final WallClock clock;

    CallFeed(Calls calls, CallPollers pollers, Delay delay, WallClock clock) {
        this.calls = calls;
        this.pollers = pollers;
        this.delay = delay;
        this.clock = clock;
    }

    /**
     * Follows a call. It is polled while anybody does.
     *
     * @param account an account that this process serves
     * @param revision the last revision that the subscriber has. Where it is in the history, the subscriber gets what followed.
     *     Otherwise the call is read again, and the subscriber gets its status under a revision above that one. 0 where it comes back
     *     and does not say which it has; then a call of which nothing more is to come is not read. Empty, or more than 10 s in the
     *     future: it gets the current status
     * @param caller on whose behalf a call is read again
     * @return the current status as soon as it is known, and then what follows. A slow subscriber gets fewer revisions, but the
     *     latest always. Ends after {@link Notification.Completed}, or without it when this process ends. It never fails
     */
    public Multi<Notification> follow(Account account, CallGuid guid, OptionalLong revision, String caller) {
        return Multi.createFrom()
                .deferred(() -> revision.isPresent()
                                && isPlausible(revision.getAsLong())
                                && !isSettledFor(account, guid, revision.getAsLong())
                        ? resume(account, guid, revision.getAsLong(), caller)
                        : subscribe(account, guid, Subscriber.fresh()));
    }

    /**
     * Whether nothing follows a revision: any replica knows it as the last one of a call of which nothing more is to come. Vonage
     * is not asked.
     */
    public Uni<Boolean> isFinal(Account account, CallGuid guid, long revision) {
        return calls.knownAnywhere(account, guid)
                .map(known -> known.filter(status -> status.revision() == revision)
                        .filter(calls::isSettled)
                        .isPresent());
    }

    /**
     * The last revisions of a call that any replica keeps, the oldest first, at most {@value ReplayBuffer#LONGEST}. Vonage is not
     * asked.
     */
    public Uni<List<CallEvent>> revisions(Account account, CallGuid guid) {
        return calls.historyAnywhere(account, guid).map(ReplayBuffer::of).map(ReplayBuffer::events);
    }

    /** Like {@link #revisions}, but fewer where their documents have more than 1 MiB together. */
    public Uni<List<CallEvent>> revisionsForOneAnswer(Account account, CallGuid guid) {
        return calls.historyAnywhere(account, guid)
                .map(CallFeed::last)
                .map(ReplayBuffer::of)
                .map(ReplayBuffer::events);
    }

    /** As many of the last ones as fit. */
    private static List<CallStatus> last(List<CallStatus> history) {
        List<CallStatus> latestFirst = new ArrayList<>(history);
        Collections.reverse(latestFirst);
        int fitting = OneAnswer.fitting(latestFirst, status -> status.vonage().length());
        return history.subList(history.size() - fitting, history.size());
    }

    /** Like {@link #revisions}, but it fails where it cannot be read now what all replicas keep. */
    public Uni<List<CallEvent>> sharedRevisions(Account account, CallGuid guid) {
        return calls.sharedHistory(account, guid).map(ReplayBuffer::of).map(ReplayBuffer::events);
    }

    /**
     * The last status of a call that all replicas know, for a subscriber who may have a revision of before a time of day that this
     * replica does not know. Vonage is not asked.
     *
     * @param known a status of it, where no replica has kept it
     * @param revision below that of the status
     */
    public Uni<CallStatus> raised(Account account, CallStatus known, long revision) {
        return calls.raised(account, known, revision);
    }

    /** Whether no other replica can have sent more than this one knows: nothing more is to come of the call. */
    private boolean isSettledFor(Account account, CallGuid guid, long revision) {
        return revision == 0
                && calls.known(account, guid).filter(calls::isSettled).isPresent();
    }

    private boolean isPlausible(long revision) {
        return revision <= clock.now().plus(CLOCK_TOLERANCE).toEpochMilli();
    }

    private Multi<Notification> subscribe(Account account, CallGuid guid, Subscriber subscriber) {
        return pollers.states(account, guid)
                .onItem()
                .transformToIterable(state -> new HandedOut<>(subscriber.notifications(state)));
    }

    private Multi<Notification> resume(Account account, CallGuid guid, long revision, String caller) {
        return history(account, guid, revision).onItem().transformToMulti(history -> {
            if (!history.contains(revision)) {
                return readAgain(account, guid, revision, caller);
            }
            pollers.extend(account.key(), guid, history);
            return subscribe(account, guid, Subscriber.after(revision));
        });
    }

    /** What is kept here of a call, or by any replica where that does not contain the revision. */
    private Uni<ReplayBuffer> history(Account account, CallGuid guid, long revision) {
        ReplayBuffer local = ReplayBuffer.of(calls.history(account, guid));
        return local.contains(revision)
                ? Uni.createFrom().item(local)
                : calls.historyAnywhere(account, guid).map(ReplayBuffer::of);
    }

    private Multi<Notification> readAgain(Account account, CallGuid guid, long revision, String caller) {
        Resumption resumption =
                new Resumption(() -> calls.readAgain(account, guid, revision, caller), pollers::isClosed, delay);
        return resumption
                .attempts()
                .onItem()
                .transformToMultiAndConcatenate(attempt -> attempt.status()
                        .map(status -> follow(account, guid, status))
                        .orElseGet(() -> attempt.isMissing()
                                ? missing(account, guid, revision, attempt)
                                : Multi.createFrom().iterable(attempt.notifications())));
    }

    private Multi<Notification> follow(Account account, CallGuid guid, CallStatus status) {
        return Multi.createBy()
                .concatenating()
                .streams(
                        Multi.createFrom().item(new Notification.Changed(CallEvent.observed(status))),
                        subscribe(account, guid, Subscriber.after(status.revision())));
    }

    /** Vonage no longer knows the call. The last known status counts where the subscriber does not have it yet. */
    private Multi<Notification> missing(Account account, CallGuid guid, long revision, Resumption.Attempt attempt) {
        boolean known = calls.known(account, guid)
                .filter(status -> status.revision() > revision)
                .isPresent();
        return known
                ? subscribe(account, guid, Subscriber.fresh())
                : Multi.createBy()
                        .concatenating()
                        .streams(
                                Multi.createFrom().iterable(attempt.notifications()),
                                Multi.createFrom().item(new Notification.Completed()));
    }
}
