package dev.callwatch.api;

import dev.callwatch.push.SubscriptionStatus;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;

/**
 * The subscriptions of a caller.
 *
 * @param subscriptions the oldest first
 */
@RegisterForReflection
public record SubscriptionList(List<SubscriptionAnswer> subscriptions) {

    static SubscriptionList of(List<SubscriptionStatus> statuses) {
        return new SubscriptionList(
                statuses.stream().map(SubscriptionAnswer::of).toList());
    }
}
