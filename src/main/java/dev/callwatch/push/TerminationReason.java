package dev.callwatch.push;

/** Why a subscription ended, in the words of CAMARA's event subscriptions where they have one. */
public enum TerminationReason {
    /** Its time passed. */
    SUBSCRIPTION_EXPIRED(true, SubscriptionState.EXPIRED),
    /** It got as many events as it asked for. */
    MAX_EVENTS_REACHED(true, SubscriptionState.EXPIRED),
    /** Nothing more is to come of any of its calls. */
    CALLS_SETTLED(true, SubscriptionState.EXPIRED),
    /** The sink answered 410, so it is not called again. */
    SINK_GONE(false, SubscriptionState.INACTIVE),
    /** No rule lets its caller subscribe to the account any longer. */
    ACCESS_REVOKED(false, SubscriptionState.INACTIVE),
    /** Its caller deleted it. */
    SUBSCRIPTION_DELETED(false, SubscriptionState.INACTIVE);

    private final boolean keepsEvents;
    private final SubscriptionState state;

    TerminationReason(boolean keepsEvents, SubscriptionState state) {
        this.keepsEvents = keepsEvents;
        this.state = state;
    }

    /** Whether the events that are not delivered yet are delivered all the same. */
    boolean keepsEvents() {
        return keepsEvents;
    }

    /** Whether the sink is sent an event about the end. */
    boolean isSent() {
        return this != SINK_GONE;
    }

    SubscriptionState state() {
        return state;
    }
}
