package dev.callwatch.push;

/** Where a subscription stands. */
public enum SubscriptionState {
    /** Its calls are followed. */
    ACTIVE,
    /** It ended as planned: its time passed, its events are used up, or its calls are settled. */
    EXPIRED,
    /** It was ended: the sink is gone, access was revoked, or it was deleted. */
    INACTIVE
}
