package dev.callwatch.api;

import dev.callwatch.access.AccessControl;
import dev.callwatch.access.Audit;
import dev.callwatch.access.Caller;
import dev.callwatch.access.CallerLimits;
import dev.callwatch.access.Grant;
import dev.callwatch.watch.AccountFeed;
import dev.callwatch.watch.CallEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseHeader;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestStreamElementType;
import org.jboss.resteasy.reactive.common.util.RestMediaType;

/** What happens to all calls of an account, as this service learns of it. */
@Path("/v1/accounts")
@Tag(name = "Events")
public class AccountEventResource {

    private static final String NO_BUFFERING = "X-Accel-Buffering";
    private static final int LONGEST_POSITION = 64;

    private final AccessControl access;
    private final CallerLimits limits;
    private final Audit audit;
    private final AccountFeed feed;
    private final EventStream stream;
    private final StatusRenderer renderer;

    AccountEventResource(
            AccessControl access,
            CallerLimits limits,
            Audit audit,
            AccountFeed feed,
            EventStream stream,
            StatusRenderer renderer) {
        this.access = access;
        this.limits = limits;
        this.audit = audit;
        this.feed = feed;
        this.stream = stream;
        this.renderer = renderer;
    }

    /** Streams as server-sent events. */
    @GET
    @Path("/{accountKey}/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @ResponseHeader(name = "Cache-Control", value = "no-store")
    @ResponseHeader(name = NO_BUFFERING, value = "no")
    @Operation(
            operationId = "followAccount",
            summary = "Follow all calls of an account",
            description =
                    "Every revision of every call that this service learns of, from now on or after the position in"
                            + " Last-Event-ID. No call is polled because of it. With Accept: application/x-ndjson each event is a"
                            + " line {\"event\":…,\"id\":…,\"data\":…}.")
    @APIResponse(
            responseCode = "200",
            description = "Events status (whose data this is), and gap where revisions are missing.",
            content = {
                @Content(mediaType = MediaType.SERVER_SENT_EVENTS, schema = @Schema(implementation = CallEvent.class)),
                @Content(
                        mediaType = RestMediaType.APPLICATION_NDJSON,
                        schema = @Schema(implementation = CallEvent.class))
            })
    @APIResponse(responseCode = "400", ref = "InvalidRequest")
    @APIResponse(responseCode = "401", ref = "Unauthenticated")
    @APIResponse(responseCode = "403", ref = "Forbidden")
    @APIResponse(responseCode = "404", ref = "NotFound")
    @APIResponse(responseCode = "429", ref = "RateLimited")
    public Multi<OutboundSseEvent> follow(
            @PathParam("accountKey") String accountKey,
            @Parameter(
                            description = "Revisions after which the call is in this state; may be repeated.",
                            schema = @Schema(enumeration = {"active", "completed", "failed", "unknown"}))
                    @RestQuery("state")
                    List<String> states,
            @Parameter(description = "Revisions with this change, such as call.completed; may be repeated.")
                    @RestQuery("type")
                    List<String> types,
            @Parameter(description = "The id of the last event that arrived.") @RestHeader("Last-Event-ID")
                    List<String> lastEventId,
            @Context Sse sse,
            @Context RoutingContext request) {
        return frames(RequestedFeed.of(accountKey, states, types), lastEventId, request)
                .map(frame -> EventResource.event(frame, sse));
    }

    /** Streams as lines of JSON. */
    @GET
    @Path("/{accountKey}/events")
    @Produces(RestMediaType.APPLICATION_NDJSON)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @ResponseHeader(name = "Cache-Control", value = "no-store")
    @ResponseHeader(name = NO_BUFFERING, value = "no")
    @Operation(hidden = true)
    public Multi<Line> followAsLines(
            @PathParam("accountKey") String accountKey,
            @RestQuery("state") List<String> states,
            @RestQuery("type") List<String> types,
            @RestHeader("Last-Event-ID") List<String> lastEventId,
            @Context RoutingContext request) {
        return EventResource.lines(frames(RequestedFeed.of(accountKey, states, types), lastEventId, request));
    }

    /** Answers what following the account would be answered with, without following it. */
    @HEAD
    @Path("/{accountKey}/events")
    @Produces({MediaType.SERVER_SENT_EVENTS, RestMediaType.APPLICATION_NDJSON})
    @ResponseHeader(name = "Cache-Control", value = "no-store")
    @Operation(hidden = true)
    public RestResponse<Void> check(
            @PathParam("accountKey") String accountKey,
            @RestQuery("state") List<String> states,
            @RestQuery("type") List<String> types,
            @Context RoutingContext request) {
        access.grant(
                AuthenticationFilter.caller(request),
                RequestedFeed.of(accountKey, states, types).account());
        return RestResponse.ResponseBuilder.<Void>ok()
                .header(HttpHeaders.CONTENT_TYPE, MediaType.SERVER_SENT_EVENTS)
                .build();
    }

    private Multi<StreamFrame> frames(RequestedFeed requested, List<String> lastEventId, RoutingContext request) {
        Caller caller = AuthenticationFilter.caller(request);
        Grant grant = access.grant(caller, requested.account());
        CallerLimits.Reservation reservation = limits.stream(caller, 0);
        // The answer begins once it is certain from where on nothing is missed.
        Uni<String> begin = position(lastEventId)
                .map(position -> Uni.createFrom().item(position))
                .orElseGet(() -> feed.position(grant.account()));
        return begin.onItem()
                .transformToMulti(
                        position -> stream.of(caller, grant, events(requested, position, caller, grant), request))
                .onTermination()
                .invoke(reservation::release);
    }

    private Multi<StreamFrame> events(RequestedFeed requested, String position, Caller caller, Grant grant) {
        return feed.follow(grant.account(), position)
                .filter(item ->
                        !(item instanceof AccountFeed.Item.Revision revision) || requested.matches(revision.event()))
                .map(item -> frame(item, caller, grant));
    }

    private StreamFrame frame(AccountFeed.Item item, Caller caller, Grant grant) {
        if (item instanceof AccountFeed.Item.Revision revision) {
            audit.read(caller, grant, revision.event().call().id(), "followed");
            return new StreamFrame.Event(
                    "status", Optional.of(item.position()), renderer.of(revision.event(), grant.numbers()));
        }
        return new StreamFrame.Event("gap", Optional.of(item.position()), "{}");
    }

    /** What did not come from us leads to a gap, like a position that is no longer kept. */
    private static Optional<String> position(List<String> lastEventId) {
        return lastEventId.stream()
                .filter(position -> !position.isEmpty())
                .map(position -> position.length() > LONGEST_POSITION ? "unknown" : position)
                .findFirst();
    }
}
