package dev.callwatch.push;

import dev.callwatch.account.Account;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallStatus;
import dev.callwatch.push.StoredFollow.Position;
import dev.callwatch.time.WallClock;
import dev.callwatch.watch.AccountFeed;
import dev.callwatch.watch.CallEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Consumes the feed of an account for a sink, from the position to which it was consumed before. Before each event come those that the
 * sink has missed: that the feed did not have, has later, or has no more. Used by one thread at a time.
 */
final class FeedConsumer {

    private static final Logger LOG = Logger.getLogger(FeedConsumer.class);

    /** Clocks of replicas differ, and a revision is appended to the feed a moment after it was made. */
    private static final Duration TOLERANCE = Duration.ofMinutes(1);

    /**
     * Where it is not known how far the sink has come, it gets what changed within this time. Nobody may have run it for that long,
     * where Redis and replicas were lost one after the other.
     */
    private static final Duration LOOK_BACK = Duration.ofMinutes(10);

    /** Of the calls that changed last; reading costs requests to Vonage. */
    private static final int MOST_READ_AGAIN = 100;

    private static final int READ_AT_ONCE = 16;
    private static final Optional<Position> NOT_MOVED = Optional.empty();
    private static final Uni<Void> AT_ONCE = Uni.createFrom().voidItem();

    private final Account account;
    private final Sink sink;
    private final AccountFeed feed;
    private final MissedEvents missedEvents;
    private final FollowLedger ledger;
    private final PushMetrics metrics;
    private final WallClock wallClock;
    private final Executor executor;
    private final BiFunction<List<CallEvent>, Optional<Position>, Uni<Void>> accept;

    /**
     * @param ledger says how far the sink has come
     * @param executor where events are taken: not on the thread on which a revision was made
     * @param accept takes events, and the position after them where it has changed; completes once there is room for more
     */
    FeedConsumer(
            Account account,
            Sink sink,
            AccountFeed feed,
            MissedEvents missedEvents,
            FollowLedger ledger,
            PushMetrics metrics,
            WallClock wallClock,
            Executor executor,
            BiFunction<List<CallEvent>, Optional<Position>, Uni<Void>> accept) {
        this.account = account;
        this.sink = sink;
        this.feed = feed;
        this.missedEvents = missedEvents;
        this.ledger = ledger;
        this.metrics = metrics;
        this.wallClock = wallClock;
        this.executor = executor;
        this.accept = accept;
    }

    /** Consumes it until this process ends. */
    Multi<Void> consume() {
        return start().onItem()
                .transformToMulti(from -> feed.followShared(account, from))
                .onItem()
                .transformToUniAndConcatenate(this::take);
    }

    /** From where to read on. */
    private Uni<String> start() {
        return ledger.position()
                .map(known -> Uni.createFrom().item(known.after()))
                .orElseGet(() -> feed.sharedPosition(account).call(this::startedAt));
    }

    /**
     * What changed before counts too: the position may have been lost together with the store and the replica that ran it. Then nobody
     * knows which revisions the sink has. It gets one of each call that is later than all of them.
     */
    private Uni<Void> startedAt(String first) {
        Position begin = new Position(first, wallClock.now());
        AtomicInteger calls = new AtomicInteger();
        return missedEvents
                .callsSince(begin.at().minus(LOOK_BACK))
                .select()
                .first(FollowLedger.MOST_CALLS)
                .onItem()
                .transformToUni(status -> calls.incrementAndGet() <= MOST_READ_AGAIN
                        ? missedEvents.readAgain(status, begin.at())
                        : missedEvents.raised(status, begin.at()))
                .merge(READ_AT_ONCE)
                .onItem()
                .transformToUniAndConcatenate(event -> accept.apply(List.of(event), NOT_MOVED))
                .onItem()
                .ignoreAsUni()
                .chain(() -> movedTo(begin));
    }

    private Uni<Void> movedTo(Position to) {
        return accept.apply(List.of(), Optional.of(to));
    }

    private Uni<Void> take(AccountFeed.Item item) {
        Uni<Void> taken = item instanceof AccountFeed.Item.Revision revision
                ? missed(revision.event())
                        .chain(events -> accept.apply(
                                events, Optional.of(new Position(revision.position(), at(revision.event())))))
                : repair(item.position());
        return AT_ONCE.emitOn(executor).chain(() -> taken);
    }

    /** A revision is the time of the observation in milliseconds, or a little more. */
    private Instant at(CallEvent event) {
        Instant now = wallClock.now();
        Instant made = Instant.ofEpochMilli(event.call().revision());
        return made.isBefore(now) ? made : now;
    }

    /** The event, unless it is known, after those that came before it and that the feed did not have, or has later. */
    private Uni<List<CallEvent>> missed(CallEvent event) {
        return Uni.createFrom().deferred(() -> {
            CallGuid guid = new CallGuid(event.call().id());
            long revision = event.call().revision();
            long known = ledger.revision(guid);
            if (revision <= known) {
                return Uni.createFrom().item(List.<CallEvent>of());
            }
            boolean follows = event.previous().orElse(known) == known;
            if (known == 0 || follows) {
                return Uni.createFrom().item(List.of(event));
            }
            return missedEvents
                    .after(guid, known)
                    .map(history -> Stream.concat(
                                    history.stream()
                                            .filter(earlier -> earlier.call().revision() < revision),
                                    Stream.of(event))
                            .toList());
        });
    }

    /** What was missed is in the list of the calls that are remembered. */
    private Uni<Void> repair(String end) {
        return Uni.createFrom().deferred(() -> {
            metrics.followGap();
            Position position = new Position(end, wallClock.now());
            Instant since = since();
            LOG.warnf(
                    "Sink %s missed a part of the feed of account %s: it now gets what is kept of the calls that changed since %s",
                    sink.name(), account.key(), since);
            return compare(since).chain(() -> movedTo(position));
        });
    }

    private Uni<Void> compare(Instant since) {
        return missedEvents
                .callsSince(since)
                .onItem()
                .transformToUniAndConcatenate(
                        status -> changed(status, since).chain(events -> accept.apply(events, NOT_MOVED)))
                .onItem()
                .ignoreAsUni();
    }

    private Instant since() {
        return ledger.position().map(Position::at).orElseGet(wallClock::now).minus(TOLERANCE);
    }

    private Uni<List<CallEvent>> changed(CallStatus status, Instant since) {
        return missedEvents.after(
                status, Math.max(ledger.revision(new CallGuid(status.id())), since.toEpochMilli() - 1));
    }
}
