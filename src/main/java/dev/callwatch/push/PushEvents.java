package dev.callwatch.push;

import dev.callwatch.call.CallStatus;
import dev.callwatch.watch.CallEvent;
import dev.callwatch.watch.EventType;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** Makes the events that are delivered. */
@Singleton
class PushEvents {

    private static final String ENDED = "dev.callwatch.subscription-ended";
    private static final String ACCOUNTS = "/v1/accounts/";

    /** What was made last, and of what. */
    private record Made(CallEvent of, EventType type, Optional<String> traceparent, boolean numbers, PushEvent event) {

        private boolean isOf(CallEvent other, EventType otherType, Optional<String> otherTrace, boolean otherNumbers) {
            // By identity: all who follow a call get the same object.
            return of == other && type == otherType && numbers == otherNumbers && traceparent.equals(otherTrace);
        }
    }

    private final String prefix;
    private final EventData data;
    private volatile Made last;

    @Inject
    PushEvents(PushOptions options, EventData data) {
        this(options.source(), data);
    }

    PushEvents(String prefix, EventData data) {
        this.prefix = prefix;
        this.data = data;
    }

    /**
     * The event of a revision; the same object for all who get the same, as far as they ask for it in a row.
     *
     * @param type as which it is delivered
     * @param numbers whether the subscriber may see telephone numbers
     */
    PushEvent of(CallEvent event, EventType type, Optional<String> traceparent, boolean numbers) {
        Made known = last;
        if (known != null && known.isOf(event, type, traceparent, numbers)) {
            return known.event();
        }
        PushEvent made = make(event, type, traceparent, numbers);
        last = new Made(event, type, traceparent, numbers, made);
        return made;
    }

    private PushEvent make(CallEvent event, EventType type, Optional<String> traceparent, boolean numbers) {
        CallStatus call = event.call();
        // A loss has no revision of its own, and an event with the same identifier would count as a repetition.
        String suffix = event.type() == EventType.LOST ? ":lost" : "";
        return new PushEvent(
                call.id() + ":" + call.revision() + suffix,
                prefix + ACCOUNTS + call.account() + "/calls/" + call.id(),
                EventTypes.name(type),
                call.id(),
                call.observed().at(),
                OptionalLong.of(call.revision()),
                traceparent,
                data.of(event, numbers));
    }

    /** The last event of a subscription. */
    PushEvent ended(Subscription subscription, TerminationReason reason, Instant at) {
        String id = subscription.id();
        return new PushEvent(
                id + ":ended",
                prefix + ACCOUNTS + subscription.account() + "/subscriptions/" + id,
                ENDED,
                id,
                at,
                OptionalLong.empty(),
                subscription.traceparent(),
                "{\"subscriptionId\":\"" + id + "\",\"terminationReason\":\"" + reason + "\"}");
    }
}
