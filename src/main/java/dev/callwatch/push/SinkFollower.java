package dev.callwatch.push;

import dev.callwatch.account.Account;
import dev.callwatch.call.CallDirectory;
import dev.callwatch.push.StoredFollow.Position;
import dev.callwatch.time.Delay;
import dev.callwatch.time.WallClock;
import dev.callwatch.watch.AccountFeed;
import dev.callwatch.watch.CallEvent;
import dev.callwatch.watch.CallFeed;
import dev.callwatch.watch.PollExecutor;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Pushes the calls of one account to one sink, without subscriptions: hands each revision in the feed of the account to the queue of its
 * sink. Events and the position in the feed are kept together before an event is delivered, so that another replica goes on where
 * this one was. Safe for concurrent use.
 */
final class SinkFollower implements CallQueue.Listener, Owned {

    /** What follows waits in the feed, which has an end too. */
    static final int MOST_PENDING = 1_000;

    /** One event that the sink does not accept must not hold the others back for a day. */
    private static final int MOST_PENDING_WITHOUT_MEMORY = 16;

    private static final Logger LOG = Logger.getLogger(SinkFollower.class);

    private static final Uni<Void> AT_ONCE = Uni.createFrom().voidItem();

    /** Who runs it. */
    interface Owner {

        /** Another replica runs it, or may have run it since. */
        void taken(SinkFollower follower);
    }

    /**
     * What all of them share.
     *
     * @param executor where they run: not on the thread on which a revision was made
     */
    @Singleton
    record Dependencies(
            OwnedRuns runs,
            AccountFeed feed,
            CallFeed calls,
            CallDirectory directory,
            PushEvents events,
            PushMetrics metrics,
            SubscriptionStore store,
            WallClock wallClock,
            Delay delay,
            PollExecutor executor) {}

    private final Account account;
    private final Sink sink;
    private final Dependencies dependencies;
    private final OwnedRun run;
    private final DeliveryQueue queue;
    private final FollowLedger ledger;
    private final FeedConsumer consumer;
    private final Room room = new Room(this::hasRoom);
    private final Following following = new Following();
    private volatile boolean stopped;

    /**
     * Does nothing before {@link #begin}.
     *
     * @param id under which it is kept
     * @param number of the run in which this replica has it
     * @param sink one that follows
     * @param stored how far it has come
     */
    SinkFollower(
            String id,
            Run number,
            Account account,
            Sink sink,
            StoredFollow stored,
            Dependencies dependencies,
            Owner owner) {
        this.account = account;
        this.sink = sink;
        this.dependencies = dependencies;
        this.run = dependencies.runs().begin(id, number, sink, () -> owner.taken(this), this::restoring);
        this.queue = run.queue();
        this.ledger =
                new FollowLedger(stored, run.journal(), sink, dependencies.events(), dependencies.wallClock(), this);
        this.consumer = new FeedConsumer(
                account,
                sink,
                dependencies.feed(),
                new MissedEvents(account, dependencies.calls(), dependencies.directory(), dependencies.delay()),
                ledger,
                dependencies.metrics(),
                dependencies.wallClock(),
                dependencies.executor(),
                this::accept);
    }

    @Override
    public OwnedRun run() {
        return run;
    }

    /** Delivers what is left of before, and follows the account. */
    void begin() {
        ledger.undelivered().forEach(this::add);
        following.follow(
                room.await().onItem().transformToMulti(ready -> consumer.consume()),
                dependencies.delay(),
                defect -> LOG.errorf(defect, "Sink %s follows account %s again in 5 s", sink.name(), account.key()));
    }

    /** Events are kept before they are delivered, together with the position after them. */
    private Uni<Void> accept(List<CallEvent> events, Optional<Position> moved) {
        List<FollowLedger.Accepted> accepted = ledger.accept(events, moved);
        if (accepted.isEmpty()) {
            run.write();
            return AT_ONCE;
        }
        return run.journal().write().chain(() -> {
            accepted.forEach(this::add);
            return room.await();
        });
    }

    private void add(FollowLedger.Accepted accepted) {
        queue.add(accepted.queue(), accepted.event());
    }

    private boolean hasRoom() {
        return ledger.pending() < (queue.isMemoryFull() ? MOST_PENDING_WITHOUT_MEMORY : MOST_PENDING);
    }

    @Override
    public void attempted(AttemptResult result) {
        // The queue counts attempts.
    }

    @Override
    public void done(CallQueue callQueue, Delivery delivery, boolean delivered) {
        String event = delivery.event().id();
        queue.left(delivery);
        if (!ledger.done(event)) {
            return;
        }
        run.write();
        if (!delivered) {
            dependencies.metrics().undelivered(1);
            LOG.warnf(
                    "Event %s was given up after %d attempt(s) to deliver it to %s, which follows account %s",
                    event, delivery.attempts(), sink.name(), account.key());
        }
        room.changed();
    }

    /** What is kept stays: the sink may be there again when a process starts. */
    @Override
    public void gone(Deque<Delivery> removed) {
        removed.forEach(queue::left);
        stopped = true;
        LOG.warnf(
                "Sink %s answered 410: it gets no more events of account %s until this process starts again",
                sink.name(), account.key());
        suspend();
    }

    private Optional<Supplier<Uni<?>>> restoring(SubscriptionJournal.Lost lost) {
        Map<String, String> fields = FollowCodec.encode(ledger.stored(lost));
        return Optional.of(() -> dependencies.store().acquire(run.id(), run.number(), fields));
    }

    /** Another replica runs it, or will: nothing more is done here. */
    void suspend() {
        if (!ledger.suspend()) {
            return;
        }
        following.cancel();
        run.suspend(ledger.queues().stream());
    }

    /** How many events are not delivered yet. */
    int pending() {
        return ledger.pending();
    }

    /** Whether its sink wants no more. */
    boolean isStopped() {
        return stopped;
    }
}
