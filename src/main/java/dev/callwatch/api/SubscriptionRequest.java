package dev.callwatch.api;

import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body that {@link RequestedSubscription} reads, for the description of the interface only. */
@Schema(
        description = "What to subscribe to.",
        requiredProperties = {"protocol", "sink", "config"})
interface SubscriptionRequest {

    /** One call until its end. */
    String EXAMPLE = """
            {"protocol":"HTTP","sink":"https://crm.example.com/calls",\
            "config":{"subscriptionDetail":{"calls":["94e5928c-7f7e-4645-ad72-61010f906449"]},"initialEvent":true}}""";

    @Schema(examples = "HTTP")
    String getProtocol();

    @Schema(description = "A URL that the settings allow, or the name of a sink of the settings.")
    String getSink();

    @Schema(description = "By default the mode of the sink: structured, unless its settings say otherwise.")
    SubscriptionAnswer.ProtocolSettings getProtocolSettings();

    @Schema(description = "By default all.", minItems = 1, examples = "[\"dev.callwatch.call.completed\"]")
    List<String> getTypes();

    Config getConfig();

    /** Which calls, and for how long. */
    @Schema(name = "SubscriptionRequestConfig", requiredProperties = "subscriptionDetail")
    interface Config {

        Detail getSubscriptionDetail();

        @Schema(description = "At most 24 hours from now, which is the default.")
        Instant getSubscriptionExpireTime();

        @Schema(minimum = "1", maximum = "1000000", description = "By default as many as come.")
        Integer getSubscriptionMaxEvents();

        @Schema(description = "Whether the current status of each call is the first event; by default not.")
        Boolean getInitialEvent();
    }

    /** Which calls. */
    @Schema(name = "SubscriptionRequestDetail", requiredProperties = "calls")
    interface Detail {

        @Schema(minItems = 1, maxItems = RequestedSubscription.MOST_CALLS, description = "GUIDs, in any case.")
        List<String> getCalls();
    }
}
