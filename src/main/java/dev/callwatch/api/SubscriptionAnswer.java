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
import org.eclipse.microprofile.openapi.annotations.media.Schema;

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
@Schema(name = "Subscription", description = "A subscription to calls, and where it stands.")
public record SubscriptionAnswer(
        @Schema(pattern = "[0-9a-f]{32}", required = true) String id,
        @Schema(examples = "HTTP", required = true) String protocol,

        @Schema(examples = "https://crm.example.com/calls", required = true)
        String sink,

        @Schema(nullable = true, required = true) Optional<ProtocolSettings> protocolSettings,

        @Schema(description = "null for all types", nullable = true, required = true)
        Optional<List<String>> types,

        @Schema(required = true) Config config,
        @Schema(required = true) SubscriptionState status,
        @Schema(nullable = true, required = true) Optional<TerminationReason> terminationReason,
        @Schema(required = true) Instant startsAt,
        @Schema(required = true) Instant expiresAt,
        @Schema(required = true) Deliveries deliveries) {

    /**
     * How events are sent.
     *
     * @param contentMode {@code structured} or {@code binary}
     */
    @RegisterForReflection
    @Schema(name = "ProtocolSettings")
    public record ProtocolSettings(
            @Schema(examples = "structured", required = true)
            String contentMode) {}

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
    @Schema(name = "SubscriptionConfig")
    public record Config(
            @Schema(required = true) Detail subscriptionDetail,
            @Schema(required = true) Instant subscriptionExpireTime,
            @Schema(nullable = true, required = true) Optional<Integer> subscriptionMaxEvents,
            @Schema(required = true) boolean initialEvent) {}

    /**
     * Which calls.
     *
     * @param calls their GUIDs
     */
    @RegisterForReflection
    @Schema(name = "SubscriptionDetail")
    public record Detail(@Schema(required = true) List<String> calls) {}

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
