package dev.callwatch.push;

import dev.callwatch.call.CallGuid;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A subscription as it is kept.
 *
 * @param calls how far it has come with each call that an event of was seen
 * @param events what is not delivered yet, in its order
 */
record StoredSubscription(
        Subscription subscription, Progress progress, Map<CallGuid, CallProgress> calls, List<StoredEvent> events) {

    /**
     * How far it has come with a call.
     *
     * @param revision of the last event that was accepted or passed over
     * @param settled whether nothing more is to come
     */
    record CallProgress(long revision, boolean settled) {}

    /**
     * An event that is not delivered yet.
     *
     * @param number by which events are ordered
     * @param call empty for the event about the end
     * @param acceptedAt the time of day
     */
    record StoredEvent(long number, Optional<CallGuid> call, ContentMode mode, Instant acceptedAt, PushEvent event) {}

    /** One that has just begun. */
    static StoredSubscription of(Subscription subscription) {
        return new StoredSubscription(subscription, Progress.NONE, Map.of(), List.of());
    }

    /** The same, ended because its caller may no longer subscribe; unless it has ended already. */
    StoredSubscription revoked() {
        if (progress.ended().isPresent()) {
            return this;
        }
        Progress ended = new Progress(
                Optional.of(TerminationReason.ACCESS_REVOKED),
                false,
                false,
                progress.accepted(),
                progress.delivered(),
                progress.failed(),
                progress.lastAttemptAt(),
                progress.lastAnswer());
        return new StoredSubscription(subscription, ended, calls, List.of());
    }

    /** Where it stands, as far as that is kept. */
    SubscriptionStatus status() {
        return new SubscriptionStatus(
                subscription,
                progress.ended().map(TerminationReason::state).orElse(SubscriptionState.ACTIVE),
                progress.ended(),
                new Deliveries(
                        events.size(),
                        progress.delivered(),
                        progress.failed(),
                        progress.lastAttemptAt(),
                        progress.lastAnswer(),
                        Optional.empty()));
    }
}
