package dev.callwatch.push;

import io.smallrye.mutiny.Uni;
import java.util.stream.Stream;

/**
 * One run of what this replica owns, a subscription or an account that is followed for a sink: its journal, its events in the queue of the
 * sink, and how both end. Safe for concurrent use.
 */
final class OwnedRun {

    private final String id;
    private final Run number;
    private final SubscriptionJournal journal;
    private final DeliveryQueue queue;

    OwnedRun(String id, Run number, SubscriptionJournal journal, DeliveryQueue queue) {
        this.id = id;
        this.number = number;
        this.journal = journal;
        this.queue = queue;
    }

    /** Under which it is kept. */
    String id() {
        return id;
    }

    Run number() {
        return number;
    }

    SubscriptionJournal journal() {
        return journal;
    }

    DeliveryQueue queue() {
        return queue;
    }

    /**
     * Finds out whether this replica still runs it: it is suspended where not.
     *
     * @return completes once that is known; never fails
     */
    Uni<Void> check() {
        return journal.write();
    }

    /** Has the journal write what it has, while nobody waits for that. */
    void write() {
        journal.write().subscribe().with(written -> {});
    }

    /** Ends here, because another replica runs it, or will: nothing more is delivered or written. */
    void suspend(Stream<CallQueue> callQueues) {
        // First: the journal lets go of what waits to be kept, and that is not to be delivered here any more.
        callQueues.forEach(queue::close);
        journal.close();
        queue.release();
    }
}
