package dev.callwatch.api;

import dev.callwatch.access.AccessControl;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Calls;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Calls of an account. Shares its root with {@link AccountResource}, so that a wrong method is a 405 and no 404. */
@Path("/v1/accounts")
@Tag(name = "Calls")
public class CallResource {

    private final AccessControl access;
    private final Calls calls;

    CallResource(AccessControl access, Calls calls) {
        this.access = access;
        this.calls = calls;
    }

    /** Looks one call up. */
    @GET
    @Path("/{accountKey}/calls/{callGuid}")
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "lookUpCall",
            summary = "Look a call up",
            description = "The enriched status of a call, during its life and for up to 24 hours after it.")
    @APIResponse(
            responseCode = "200",
            description = "The status of the call.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = CallStatus.class),
                            examples = @ExampleObject(name = "failed", ref = "failedCall")))
    @APIResponse(responseCode = "400", ref = "InvalidRequest")
    @APIResponse(responseCode = "404", ref = "NotFound")
    @APIResponse(responseCode = "502", ref = "UpstreamFailed")
    @APIResponse(responseCode = "503", ref = "TryLater")
    @APIResponse(responseCode = "504", ref = "TimedOut")
    public Uni<CallStatus> lookUp(
            @Parameter(description = "The VCC account key.", schema = @Schema(pattern = "[A-Za-z0-9_-]{1,64}"))
                    @PathParam("accountKey")
                    String accountKey,
            @Parameter(description = "The call's GUID, in any case.", schema = @Schema(format = "uuid"))
                    @PathParam("callGuid")
                    String callGuid) {
        RequestedCall requested = RequestedCall.of(accountKey, callGuid);
        return calls.status(access.readable(requested.account()), requested.guid());
    }
}
