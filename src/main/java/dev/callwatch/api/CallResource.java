package dev.callwatch.api;

import dev.callwatch.access.AccessControl;
import dev.callwatch.access.Audit;
import dev.callwatch.access.Caller;
import dev.callwatch.access.CallerLimits;
import dev.callwatch.access.Grant;
import dev.callwatch.call.CacheDirectives;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Calls;
import dev.callwatch.call.LookupResult;
import dev.callwatch.problem.ProblemException;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.media.SchemaProperty;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestStreamElementType;
import org.jboss.resteasy.reactive.common.util.RestMediaType;

/** Calls of an account. Shares its root with {@link AccountResource}, so that a wrong method is a 405 and no 404. */
@Path("/v1/accounts")
@Tag(name = "Calls")
public class CallResource {

    private final AccessControl access;
    private final CallerLimits limits;
    private final Audit audit;
    private final Calls calls;
    private final LongPoll longPoll;
    private final CachedAnswer answer;
    private final BatchAnswer batch;

    CallResource(
            AccessControl access,
            CallerLimits limits,
            Audit audit,
            Calls calls,
            LongPoll longPoll,
            CachedAnswer answer,
            BatchAnswer batch) {
        this.access = access;
        this.limits = limits;
        this.audit = audit;
        this.calls = calls;
        this.longPoll = longPoll;
        this.answer = answer;
        this.batch = batch;
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
    @APIResponse(responseCode = "304", description = "The caller has this status already.")
    @APIResponse(responseCode = "400", ref = "InvalidRequest")
    @APIResponse(responseCode = "401", ref = "Unauthenticated")
    @APIResponse(responseCode = "403", ref = "Forbidden")
    @APIResponse(responseCode = "404", ref = "NotFound")
    @APIResponse(responseCode = "429", ref = "RateLimited")
    @APIResponse(responseCode = "502", ref = "UpstreamFailed")
    @APIResponse(responseCode = "503", ref = "TryLater")
    @APIResponse(responseCode = "504", ref = "TimedOut")
    public Uni<RestResponse<byte[]>> lookUp(
            @Parameter(description = "The VCC account key.", schema = @Schema(pattern = "[A-Za-z0-9_-]{1,64}"))
                    @PathParam("accountKey")
                    String accountKey,
            @Parameter(description = "The call's GUID, in any case.", schema = @Schema(format = "uuid"))
                    @PathParam("callGuid")
                    String callGuid,
            @Parameter(
                            description = "no-cache, max-age and only-if-cached are honoured.",
                            schema = @Schema(type = SchemaType.STRING))
                    @RestHeader("Cache-Control")
                    List<String> cacheControl,
            @Parameter(description = "Entity tags the caller has already.", schema = @Schema(type = SchemaType.STRING))
                    @RestHeader("If-None-Match")
                    List<String> ifNoneMatch,
            @Parameter(
                            description =
                                    "wait=N beside If-None-Match holds the answer back until there is a status that"
                                            + " the caller does not have, for N seconds at most (60 at most).",
                            schema = @Schema(type = SchemaType.STRING, examples = "wait=30"))
                    @RestHeader("Prefer")
                    List<String> prefer,
            @Context RoutingContext request) {
        RequestedCall requested = RequestedCall.of(accountKey, callGuid);
        Caller caller = AuthenticationFilter.caller(request);
        Grant grant = access.grant(caller, requested.account());
        CacheDirectives directives = CacheControl.parse(cacheControl);
        // A caller that wants what is cached does not wait for what is not.
        Optional<Duration> wait =
                ifNoneMatch.isEmpty() || directives.onlyIfCached() ? Optional.empty() : Preference.wait(prefer);
        Uni<LookupResult> result = wait.isPresent()
                ? waiting(caller, grant, requested.guid(), directives, ifNoneMatch, wait.get())
                : calls.lookUp(grant.account(), requested.guid(), directives, caller.name());
        return result.onItemOrFailure()
                .invoke((found, failure) ->
                        audit.read(caller, grant, requested.guid().value(), outcome(failure)))
                .map(found -> answer.of(found, grant, ifNoneMatch, wait));
    }

    private Uni<LookupResult> waiting(
            Caller caller,
            Grant grant,
            CallGuid guid,
            CacheDirectives directives,
            List<String> ifNoneMatch,
            Duration longest) {
        CallerLimits.Reservation reservation = limits.wait(caller);
        return longPoll.lookUp(
                        grant.account(),
                        guid,
                        directives,
                        status -> answer.isNew(status, grant, ifNoneMatch),
                        longest,
                        caller)
                .onTermination()
                .invoke(reservation::release);
    }

    /** Looks several calls up and answers when all are known. */
    @POST
    @Path("/{accountKey}/calls/lookup")
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "lookUpCalls",
            summary = "Look several calls up",
            description = "1 to 100 calls in the order asked, each once however often it is named. With"
                    + " Accept: application/x-ndjson one row a line, each as soon as it is known.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            schema =
                                    @Schema(
                                            type = SchemaType.OBJECT,
                                            requiredProperties = "ids",
                                            properties =
                                                    @SchemaProperty(
                                                            name = "ids",
                                                            type = SchemaType.ARRAY,
                                                            minItems = 1,
                                                            maxItems = RequestedBatch.MOST,
                                                            implementation = String[].class))))
    @APIResponse(
            responseCode = "200",
            description = "A row for each id.",
            content = {
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = BatchResult.class)),
                @Content(
                        mediaType = RestMediaType.APPLICATION_NDJSON,
                        schema = @Schema(implementation = BatchResult.Row.class))
            })
    @APIResponse(responseCode = "400", ref = "InvalidRequest")
    @APIResponse(responseCode = "401", ref = "Unauthenticated")
    @APIResponse(responseCode = "403", ref = "Forbidden")
    @APIResponse(responseCode = "404", ref = "NotFound")
    @APIResponse(responseCode = "429", ref = "RateLimited")
    public Uni<BatchResult> lookUpAll(
            @PathParam("accountKey") String accountKey, byte[] body, @Context RoutingContext request) {
        RequestedBatch requested = RequestedBatch.of(accountKey, body);
        Caller caller = AuthenticationFilter.caller(request);
        return batch.inOrder(caller, access.grant(caller, requested.account()), requested, request);
    }

    /** Looks several calls up and answers each as soon as it is known. */
    @POST
    @Path("/{accountKey}/calls/lookup")
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(RestMediaType.APPLICATION_NDJSON)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @Operation(hidden = true)
    public Multi<BatchResult.Row> lookUpEach(
            @PathParam("accountKey") String accountKey, byte[] body, @Context RoutingContext request) {
        RequestedBatch requested = RequestedBatch.of(accountKey, body);
        Caller caller = AuthenticationFilter.caller(request);
        return batch.asKnown(caller, access.grant(caller, requested.account()), requested, request);
    }

    private static String outcome(Throwable failure) {
        return failure instanceof ProblemException problem
                ? problem.type().code()
                : failure == null ? "read" : "failed";
    }
}
