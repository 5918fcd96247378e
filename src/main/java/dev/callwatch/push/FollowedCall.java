package dev.callwatch.push;

import dev.callwatch.call.CallGuid;
import dev.callwatch.time.Delay;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.function.Consumer;

/** A call that a subscription follows: its feed, and the queue into which that goes as long as there is room. Safe for concurrent use. */
final class FollowedCall {

    /** As many events of a call wait here; what follows waits in the feed, which keeps the last 32. */
    private static final int MOST_PENDING = 32;

    private final CallGuid guid;
    private final CallQueue callQueue;
    private final DeliveryQueue deliveries;
    private final Room room = new Room(this::hasRoom);
    private final Following following = new Following();

    FollowedCall(CallGuid guid, CallQueue callQueue, DeliveryQueue deliveries) {
        this.guid = guid;
        this.callQueue = callQueue;
        this.deliveries = deliveries;
    }

    CallGuid guid() {
        return guid;
    }

    CallQueue queue() {
        return callQueue;
    }

    /**
     * Follows it until it is cancelled; see {@link Following#follow}.
     *
     * @param onDefect called with each failure
     */
    void follow(Multi<?> notifications, Delay delay, Consumer<Throwable> onDefect) {
        following.follow(notifications, delay, onDefect);
    }

    /** Follows it no longer. */
    void cancel() {
        following.cancel();
    }

    /** @return completes once there is room for a further event */
    Uni<Void> room() {
        return room.await();
    }

    private boolean hasRoom() {
        int pending = deliveries.pending(callQueue);
        return pending == 0 || pending < MOST_PENDING && !deliveries.isMemoryFull();
    }

    /** An event has left the queue. */
    void letIn() {
        room.changed();
    }
}
