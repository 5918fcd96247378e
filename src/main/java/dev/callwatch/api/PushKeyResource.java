package dev.callwatch.api;

import dev.callwatch.push.PushKeys;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirements;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseHeader;

/** The public keys that verify deliveries. Anybody may read them. */
@Path("/v1/push-keys")
@Tag(name = "Subscriptions")
public class PushKeyResource {

    private final PushKeys keys;

    PushKeyResource(PushKeys keys) {
        this.keys = keys;
    }

    /** Shows the keys. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @ResponseHeader(name = "Cache-Control", value = "public, max-age=300")
    @SecurityRequirements
    @Operation(
            operationId = "pushKeys",
            summary = "The public keys that verify deliveries",
            description = "A JSON Web Key Set. It needs no token, and is empty where no signing key is set.")
    @APIResponse(
            responseCode = "200",
            description = "The keys; two while one rotates.",
            content = @Content(schema = @Schema(implementation = PushKeys.Set.class)))
    public PushKeys.Set keys() {
        return keys.set();
    }
}
