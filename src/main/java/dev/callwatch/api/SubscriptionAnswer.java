package dev.callwatch.api;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.callwatch.call.CallGuid;
import dev.callwatch.push.ContentMode;
import dev.callwatch.push.Deliveries;
import dev.callwatch.push.EventTypes;
import dev.callwatch.push.Subscription;
import dev.callwatch.push.SubscriptionState;
import dev.callwatch.push.SubscriptionStatus;
import dev.callwatch.push.TerminationReason;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A subscription and where it stands, as it is answered.
 *
 * @param id 32 hexadecimal digits
 * @param protocol always {@code HTTP}
 * @param sink the name of a sink of the settings, or a URL
 * @param protocolSettings how events are sent; null where the sink decides
 * @param types what events are sent; null for all
 * @param config which calls, and for how long
 * @param status whether its calls are followed
 * @param terminationReason why it ended; null before that
 * @param startsAt since when
 * @param expiresAt until when
 * @param deliveries how its deliveries stand
 */
@RegisterForReflection(registerFullHierarchy = true)
@JsonPropertyOrder({
    "id",
    "protocol",
    "sink",
    "protocolSettings",
    "types",
    "config",
    "status",
    "terminationReason",
    "startsAt",
    "expiresAt",
    "deliveries"
})
public record SubscriptionAnswer(
        String id,
        String protocol,
        String sink,
        Optional<ProtocolSettings> protocolSettings,
        Optional<List<String>> types,
        Config config,
        SubscriptionState status,
        Optional<TerminationReason> terminationReason,
        Instant startsAt,
        Instant expiresAt,
        Deliveries deliveries) {

    /**
     * How events are sent.
     *
     * @param contentMode {@code structured} or {@code binary}
     */
    @RegisterForReflection
    public record ProtocolSettings(String contentMode) {}

    /**
     * What is subscribed to.
     *
     * @param subscriptionDetail which calls
     * @param subscriptionExpireTime until when
     * @param subscriptionMaxEvents after how many events it ends; null for as many as come
     * @param initialEvent whether the current status of each call is the first event
     */
    @RegisterForReflection
    @JsonPropertyOrder({"subscriptionDetail", "subscriptionExpireTime", "subscriptionMaxEvents", "initialEvent"})
    public record Config(
            Detail subscriptionDetail,
            Instant subscriptionExpireTime,
            Optional<Integer> subscriptionMaxEvents,
            boolean initialEvent) {}

    /**
     * Which calls.
     *
     * @param calls their GUIDs
     */
    @RegisterForReflection
    public record Detail(List<String> calls) {}

    /** The answer about a subscription. */
    static SubscriptionAnswer of(SubscriptionStatus status) {
        Subscription subscription = status.subscription();
        return new SubscriptionAnswer(
                subscription.id(),
                "HTTP",
                subscription.sink(),
                subscription.contentMode().map(ContentMode::wireName).map(ProtocolSettings::new),
                Optional.of(subscription.types()).map(EventTypes::names).filter(names -> !names.isEmpty()),
                new Config(
                        new Detail(subscription.calls().stream()
                                .map(CallGuid::value)
                                .toList()),
                        subscription.expiresAt(),
                        subscription.maxEvents().stream().boxed().findFirst(),
                        subscription.initialEvent()),
                status.state(),
                status.termination(),
                subscription.startsAt(),
                subscription.expiresAt(),
                status.deliveries());
    }
}
