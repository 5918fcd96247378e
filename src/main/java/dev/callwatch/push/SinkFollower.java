package dev.callwatch.push;

import dev.callwatch.account.Account;
import dev.callwatch.call.CallDirectory;
import dev.callwatch.push.StoredFollow.Position;
import dev.callwatch.watch.AccountFeed;
import dev.callwatch.watch.CallEvent;
import io.smallrye.mutiny.Uni;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
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
    record Dependencies(
            SubscriptionRunner.Dependencies push, AccountFeed feed, CallDirectory directory, Executor executor) {}

    private final String id;
    private final Run run;
    private final Account account;
    private final Sink sink;
    private final DeliveryQueue queue;
    private final SubscriptionRunner.Dependencies push;
    private final SubscriptionJournal journal;
    private final FollowLedger ledger;
    private final FeedConsumer consumer;
    private final Room room = new Room(this::hasRoom);
    private final Following following = new Following();
    private volatile boolean stopped;

    /**
     * Does nothing before {@link #begin}.
     *
     * @param id under which it is kept
     * @param run in which this replica has it
     * @param sink one that follows
     * @param stored how far it has come
     */
    SinkFollower(
            String id,
            Run run,
            Account account,
            Sink sink,
            StoredFollow stored,
            Dependencies dependencies,
            Owner owner) {
        this.id = id;
        this.run = run;
        this.account = account;
        this.sink = sink;
        this.push = dependencies.push();
        this.queue = new DeliveryQueue(sink, push);
        this.journal = new SubscriptionJournal(
                id, run, push.store(), push.lease(), push.delay(), () -> owner.taken(this), this::restoring);
        this.ledger = new FollowLedger(stored, journal, sink, push.events(), push.wallClock(), this);
        this.consumer = new FeedConsumer(account, sink, dependencies, ledger, this::accept);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Run run() {
        return run;
    }

    /** Delivers what is left of before, and follows the account. */
    void begin() {
        ledger.undelivered().forEach(this::add);
        following.follow(
                room.await().onItem().transformToMulti(ready -> consumer.consume()),
                push.delay(),
                defect -> LOG.errorf(defect, "Sink %s follows account %s again in 5 s", sink.name(), account.key()));
    }

    /** Events are kept before they are delivered, together with the position after them. */
    private Uni<Void> accept(List<CallEvent> events, Optional<Position> moved) {
        List<FollowLedger.Accepted> accepted = ledger.accept(events, moved);
        if (accepted.isEmpty()) {
            write();
            return AT_ONCE;
        }
        return journal.write().chain(() -> {
            accepted.forEach(this::add);
            return room.await();
        });
    }

    private void write() {
        journal.write().subscribe().with(written -> {});
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
        write();
        if (!delivered) {
            push.metrics().undelivered(1);
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

    @Override
    public Uni<Void> check() {
        return journal.write();
    }

    private Optional<Supplier<Uni<?>>> restoring(SubscriptionJournal.Lost lost) {
        Map<String, String> fields = FollowCodec.encode(ledger.stored(lost));
        return Optional.of(() -> push.store().acquire(id, run, fields));
    }

    /** Another replica runs it, or will: nothing more is done here. */
    void suspend() {
        if (!ledger.suspend()) {
            return;
        }
        following.cancel();
        // First: the journal lets go of what waits to be kept, and that is not to be delivered here any more.
        ledger.queues().forEach(queue::close);
        journal.close();
        queue.release();
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
