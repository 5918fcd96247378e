package dev.callwatch.push;

import java.util.Optional;

/**
 * A subscription and where it stands.
 *
 * @param state whether its calls are followed
 * @param termination why it ended, once it has
 */
public record SubscriptionStatus(
        Subscription subscription,
        SubscriptionState state,
        Optional<TerminationReason> termination,
        Deliveries deliveries) {}
