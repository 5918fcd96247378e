package dev.callwatch.api;

import dev.callwatch.access.AccessControl;
import dev.callwatch.access.Audit;
import dev.callwatch.access.Caller;
import dev.callwatch.access.Grant;
import dev.callwatch.call.CallDirectory;
import dev.callwatch.watch.CallEvent;
import dev.callwatch.watch.CallFeed;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseHeader;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;

/** What is kept of the calls of an account, without asking Vonage. */
@Path("/v1/accounts")
@Tag(name = "Calls")
public class CallListResource {

    private final AccessControl access;
    private final Audit audit;
    private final CallDirectory directory;
    private final CallFeed feed;
    private final StatusRenderer renderer;

    CallListResource(
            AccessControl access, Audit audit, CallDirectory directory, CallFeed feed, StatusRenderer renderer) {
        this.access = access;
        this.audit = audit;
        this.directory = directory;
        this.feed = feed;
        this.renderer = renderer;
    }

    /** Lists calls, the last changed first. */
    @GET
    @Path("/{accountKey}/calls")
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "listCalls",
            summary = "List the calls of an account",
            description =
                    "The last known statuses of the calls that are kept, the last changed first. Vonage is not asked.")
    @APIResponse(
            responseCode = "200",
            description = "A page of calls. It may have fewer calls than the limit although another page follows.",
            headers =
                    @Header(
                            name = "Link",
                            description = "The next page, with rel=\"next\" (RFC 8288); absent on the last page.",
                            schema = @Schema(type = SchemaType.STRING)),
            content = @Content(schema = @Schema(implementation = CallList.class)))
    @APIResponse(responseCode = "400", ref = "InvalidRequest")
    @APIResponse(responseCode = "401", ref = "Unauthenticated")
    @APIResponse(responseCode = "403", ref = "Forbidden")
    @APIResponse(responseCode = "404", ref = "NotFound")
    @APIResponse(responseCode = "429", ref = "RateLimited")
    public Uni<RestResponse<CallList>> list(
            @PathParam("accountKey") String accountKey,
            @Parameter(
                            description = "Calls in this state only.",
                            schema = @Schema(enumeration = {"active", "completed", "failed", "unknown"}))
                    @RestQuery("state")
                    Optional<String> state,
            @Parameter(
                            description = "Calls that have changed at or after this time.",
                            schema = @Schema(type = SchemaType.STRING, format = "date-time"))
                    @RestQuery("since")
                    Optional<String> since,
            @Parameter(
                            description = "How many calls at most.",
                            schema =
                                    @Schema(
                                            type = SchemaType.INTEGER,
                                            minimum = "1",
                                            maximum = "" + RequestedList.MOST,
                                            defaultValue = "" + RequestedList.DEFAULT))
                    @RestQuery("limit")
                    Optional<String> limit,
            @Parameter(description = "Where the page begins: the link to the next page has it.") @RestQuery("after")
                    Optional<String> after,
            @Context RoutingContext request) {
        RequestedList requested = RequestedList.of(accountKey, new RequestedList.Query(state, since, limit, after));
        Caller caller = AuthenticationFilter.caller(request);
        Grant grant = access.grant(caller, requested.account());
        return directory
                .newest(requested.account(), requested.query())
                .invoke(page -> page.calls().forEach(call -> audit.read(caller, grant, call.id(), "listed")))
                .map(page -> answer(page, requested, grant));
    }

    private RestResponse<CallList> answer(CallDirectory.Page page, RequestedList requested, Grant grant) {
        CallList calls = new CallList(page.calls().stream()
                .map(call -> renderer.shown(call, grant.numbers()))
                .toList());
        RestResponse.ResponseBuilder<CallList> answer =
                RestResponse.ResponseBuilder.ok(calls).header(HttpHeaders.CACHE_CONTROL, "no-store");
        page.next().ifPresent(next -> answer.header(HttpHeaders.LINK, "<" + requested.next(next) + ">; rel=\"next\""));
        return answer.build();
    }

    /** Lists what is kept of the history of a call. */
    @GET
    @Path("/{accountKey}/calls/{callGuid}/revisions")
    @Produces(MediaType.APPLICATION_JSON)
    @ResponseHeader(name = "Cache-Control", value = "no-store")
    @Operation(
            operationId = "listRevisions",
            summary = "List the revisions of a call",
            description =
                    "What is kept of the history of a call, the oldest revision first, at most 32. Vonage is not asked.")
    @APIResponse(
            responseCode = "200",
            description = "The revisions as events of a stream; an empty list if nothing is kept of the call.",
            content = @Content(schema = @Schema(implementation = RevisionList.class)))
    @APIResponse(responseCode = "400", ref = "InvalidRequest")
    @APIResponse(responseCode = "401", ref = "Unauthenticated")
    @APIResponse(responseCode = "403", ref = "Forbidden")
    @APIResponse(responseCode = "404", ref = "NotFound")
    @APIResponse(responseCode = "429", ref = "RateLimited")
    public Uni<RevisionList> revisions(
            @PathParam("accountKey") String accountKey,
            @PathParam("callGuid") String callGuid,
            @Context RoutingContext request) {
        RequestedCall requested = RequestedCall.of(accountKey, callGuid);
        Caller caller = AuthenticationFilter.caller(request);
        Grant grant = access.grant(caller, requested.account());
        audit.read(caller, grant, requested.guid().value(), "listed");
        return feed.revisions(grant.account(), requested.guid())
                .map(events -> new RevisionList(
                        events.stream().map(event -> shown(event, grant)).toList()));
    }

    private CallEvent shown(CallEvent event, Grant grant) {
        return new CallEvent(
                event.type(), event.changes(), event.previous(), renderer.shown(event.call(), grant.numbers()));
    }
}
