package dev.callwatch.push;

import dev.callwatch.account.Account;
import dev.callwatch.call.CallDirectory;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallPosition;
import dev.callwatch.call.CallQuery;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Calls;
import dev.callwatch.call.SharedUnavailable;
import dev.callwatch.time.Delay;
import dev.callwatch.time.Race;
import dev.callwatch.watch.CallEvent;
import dev.callwatch.watch.CallFeed;
import dev.callwatch.watch.Notification;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

/**
 * Finds what a sink may have missed of the calls of an account: in what all replicas keep, or by reading a call again. Where it cannot
 * be read now what the other replicas keep, it waits: what only this replica knows would hide what was missed. Nothing here fails
 * because of that. Safe for concurrent use.
 */
final class MissedEvents {

    private static final Logger LOG = Logger.getLogger(MissedEvents.class);

    private static final Duration UNTIL_SHARED_AGAIN = Duration.ofMillis(500);
    private static final Duration LONGEST_READING = Duration.ofSeconds(15);
    private static final int PAGE = 100;

    private final Account account;
    private final CallFeed feed;
    private final CallDirectory directory;
    private final Delay delay;

    MissedEvents(Account account, CallFeed feed, CallDirectory directory, Delay delay) {
        this.account = account;
        this.feed = feed;
        this.directory = directory;
        this.delay = delay;
    }

    /** The calls that changed since a time of day, the last one first. */
    Multi<CallStatus> callsSince(Instant since) {
        return Multi.createBy()
                .repeating()
                .uni(AtomicReference<Optional<CallPosition>>::new, cursor -> page(since, cursor))
                .whilst(page -> page.next().isPresent())
                .onItem()
                .transformToMultiAndConcatenate(page -> Multi.createFrom().iterable(page.calls()));
    }

    private Uni<CallDirectory.Page> page(Instant since, AtomicReference<Optional<CallPosition>> cursor) {
        Optional<CallPosition> after = Optional.ofNullable(cursor.get()).flatMap(next -> next);
        CallQuery query = new CallQuery(Optional.empty(), Optional.of(since), after, PAGE);
        return shared(directory.newestShared(account.key(), query)).invoke(page -> cursor.set(page.next()));
    }

    /** The events that any replica keeps of a call after a revision, the oldest first. */
    Uni<List<CallEvent>> after(CallGuid guid, long revision) {
        return shared(feed.sharedRevisions(account, guid))
                .onFailure(SharedUnavailable::isUnreadable)
                .recoverWithUni(unreadable -> {
                    LOG.warnf(
                            "A sink may miss revisions of call %s, which cannot be read: %s",
                            guid, unreadable.getMessage());
                    return feed.revisions(account, guid);
                })
                .map(events -> events.stream()
                        .filter(event -> event.call().revision() > revision)
                        .toList());
    }

    /** The events of a call after a revision; where none is kept, its status. */
    Uni<List<CallEvent>> after(CallStatus current, long revision) {
        return current.revision() <= revision
                ? Uni.createFrom().item(List.<CallEvent>of())
                : after(new CallGuid(current.id()), revision)
                        .map(events -> events.isEmpty() ? List.of(CallEvent.observed(current)) : events);
    }

    private <T> Uni<T> shared(Uni<T> reading) {
        return reading.onFailure(SharedUnavailable::passes)
                .recoverWithUni(unavailable -> delay.of(UNTIL_SHARED_AGAIN).chain(() -> shared(reading)));
    }

    /**
     * The status of a call under a revision that is not before a time of day. It is read for that where it is necessary. If that takes
     * more than 15 s, or Vonage no longer knows the call, it is the status that all replicas know, under such a revision.
     */
    Uni<CallEvent> readAgain(CallStatus known, Instant time) {
        if (known.revision() >= time.toEpochMilli()) {
            return Uni.createFrom().item(CallEvent.observed(known));
        }
        Uni<Optional<CallEvent>> read = feed.follow(
                        account, new CallGuid(known.id()), OptionalLong.of(time.toEpochMilli()), Calls.NO_CALLER)
                .onItem()
                .transformToMultiAndConcatenate(notification -> notification instanceof Notification.Changed changed
                        ? Multi.createFrom().item(changed.event())
                        : Multi.createFrom().empty())
                .toUni()
                .map(Optional::ofNullable);
        return Race.between(read, delay.of(LONGEST_READING).replaceWith(Optional.<CallEvent>empty()))
                .chain(event -> event.map(found -> Uni.createFrom().item(found)).orElseGet(() -> raised(known, time)));
    }

    /** The status that all replicas know, under a revision that is not before a time of day. Vonage is not asked. */
    Uni<CallEvent> raised(CallStatus known, Instant time) {
        return feed.raised(account, known, time.toEpochMilli()).map(CallEvent::observed);
    }
}
