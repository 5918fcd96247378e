package dev.callwatch.api;

import dev.callwatch.access.Audit;
import dev.callwatch.access.Unauthenticated;
import dev.callwatch.account.NotifiedAccount;
import dev.callwatch.account.NotifiedAccounts;
import dev.callwatch.call.CallHint;
import dev.callwatch.problem.InvalidRequest;
import dev.callwatch.problem.Violation;
import dev.callwatch.vonage.NotificationDocuments;
import dev.callwatch.vonage.NotificationRefused;
import dev.callwatch.vonage.NotificationVerifier;
import dev.callwatch.vonage.SigningKeys;
import dev.callwatch.watch.CallHints;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeIn;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestHeader;

/** Receives Vonage's notifications (web hooks). Their signature takes the place of a bearer token. */
@Path("/v1/notifications")
@Tag(name = "Notifications")
@SecurityScheme(
        securitySchemeName = "vonage-signature",
        type = SecuritySchemeType.APIKEY,
        in = SecuritySchemeIn.HEADER,
        apiKeyName = NotificationResource.SIGNATURE,
        description = "Bearer and a JWT, signed with the subscription's key (HS256), that holds the hash of the body.")
public class NotificationResource {

    static final String SIGNATURE = "Vonage-Signature";

    private static final String CLOUD_EVENT = "application/cloudevents+json";
    private static final String UNKNOWN = "unknown";

    private final NotifiedAccounts accounts;
    private final SigningKeys keys;
    private final NotificationVerifier verifier;
    private final CallHints hints;
    private final Audit audit;
    private final MeterRegistry registry;

    NotificationResource(
            NotifiedAccounts accounts,
            SigningKeys keys,
            NotificationVerifier verifier,
            CallHints hints,
            Audit audit,
            MeterRegistry registry) {
        this.accounts = accounts;
        this.keys = keys;
        this.verifier = verifier;
        this.hints = hints;
        this.audit = audit;
        this.registry = registry;
    }

    /** Takes a notification; what it leads to happens after the answer. */
    @POST
    @Path("/{accountName}")
    @Consumes(CLOUD_EVENT)
    @Operation(
            operationId = "notify",
            summary = "Receive a notification of Vonage",
            description =
                    "For the web hooks of Vonage Contact Center. One that came before within 10 minutes, and one of a"
                            + " type without meaning here, are answered in the same way.")
    @SecurityRequirement(name = "vonage-signature")
    @RequestBody(
            required = true,
            description = "A CloudEvent 1.0 in structured form.",
            content = @Content(mediaType = CLOUD_EVENT, schema = @Schema(type = SchemaType.OBJECT)))
    @APIResponse(responseCode = "204", description = "The signature holds.")
    @APIResponse(responseCode = "400", ref = "InvalidRequest")
    @APIResponse(responseCode = "401", ref = "Unauthenticated")
    public Uni<Void> receive(
            @Parameter(description = "The account's name in the settings.") @PathParam("accountName")
                    String accountName,
            @Parameter(hidden = true) @RestHeader(SIGNATURE) List<String> signature,
            byte[] body) {
        Optional<NotifiedAccount> account = accounts.find(accountName);
        return Uni.createFrom()
                .deferred(() -> keys.of(account.orElseThrow(() -> new NotificationRefused("no-such-account"))))
                .invoke(key -> verifier.verify(signature, body, key))
                .onFailure(NotificationRefused.class)
                .transform(refusal -> refused(account, (NotificationRefused) refusal))
                .invoke(verified -> received(account.orElseThrow(), body))
                .replaceWithVoid();
    }

    private Unauthenticated refused(Optional<NotifiedAccount> account, NotificationRefused refusal) {
        Unauthenticated answer = Unauthenticated.invalidSignature(refusal.reason());
        audit.unknownCaller(account.map(known -> known.account().key()), Optional.empty(), answer);
        count(account, "refused");
        return answer;
    }

    private void received(NotifiedAccount account, byte[] body) {
        Optional<CallHint> hint = NotificationDocuments.read(account.account().key(), body);
        if (hint.isEmpty()) {
            count(Optional.of(account), "malformed");
            throw new InvalidRequest(List.of(new Violation("body", "must be a CloudEvent 1.0 in structured form")));
        }
        boolean first = hints.received(account.account(), hint.get());
        count(Optional.of(account), first ? "accepted" : "repeated");
    }

    private void count(Optional<NotifiedAccount> account, String outcome) {
        String label = account.map(known -> known.account().key().value()).orElse(UNKNOWN);
        registry.counter("callwatch.notifications", "account", label, "outcome", outcome)
                .increment();
    }
}
