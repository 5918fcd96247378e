package dev.callwatch.push;

import dev.callwatch.call.CallGuid;
import dev.callwatch.push.StoredSubscription.StoredEvent;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The events that were accepted and are not delivered yet: a transactional outbox, since they are kept before they are delivered.
 * Guarded by what holds it.
 */
final class Outbox {

    /** There is one outbox for each subscription, and most of the time it holds no event or one. */
    private static final int USUAL_SIZE = 1;

    /** By their identifiers. */
    private final Map<String, StoredEvent> events = new LinkedHashMap<>(USUAL_SIZE);

    private long nextNumber;

    /** @param kept what is left of before */
    Outbox(List<StoredEvent> kept) {
        kept.forEach(event -> events.put(event.event().id(), event));
        nextNumber = kept.stream().mapToLong(StoredEvent::number).max().orElse(-1) + 1;
    }

    /**
     * Adds an event after all others.
     *
     * @param acceptedAt the time of day
     * @param changes gets what is to be kept of it
     */
    StoredEvent add(
            Optional<CallGuid> call, ContentMode mode, Instant acceptedAt, PushEvent event, FieldChanges changes) {
        StoredEvent stored = new StoredEvent(nextNumber++, call, mode, acceptedAt, event);
        events.put(event.id(), stored);
        changes.set(SubscriptionCodec.eventField(event.id()), () -> SubscriptionCodec.encode(stored));
        return stored;
    }

    /**
     * Removes an event.
     *
     * @param changes gets that it is no longer kept
     * @return the event, where it was there
     */
    Optional<StoredEvent> remove(String id, FieldChanges changes) {
        changes.remove(SubscriptionCodec.eventField(id));
        return Optional.ofNullable(events.remove(id));
    }

    /** All of them in their order. */
    List<StoredEvent> events() {
        return List.copyOf(events.values());
    }

    int size() {
        return events.size();
    }

    boolean isEmpty() {
        return events.isEmpty();
    }
}
