package dev.callwatch.api;

import dev.callwatch.push.SubscriptionStatus;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The subscriptions of a caller.
 *
 * @param subscriptions the oldest first
 */
@RegisterForReflection
@Schema(description = "The subscriptions of the caller, the oldest first.")
public record SubscriptionList(@Schema(required = true) List<SubscriptionAnswer> subscriptions) {

    static SubscriptionList of(List<SubscriptionStatus> statuses) {
        return new SubscriptionList(
                statuses.stream().map(SubscriptionAnswer::of).toList());
    }
}
