package dev.callwatch.api;

import dev.callwatch.access.AccessControl;
import dev.callwatch.access.Audit;
import dev.callwatch.access.Caller;
import dev.callwatch.access.CallerLimits;
import dev.callwatch.access.Grant;
import dev.callwatch.watch.AccountFeed;
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
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.resteasy.reactive.ResponseHeader;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestStreamElementType;
import org.jboss.resteasy.reactive.common.util.RestMediaType;

/** The revisions of all calls of an account that this service reads. */
@Path("/v1/accounts")
public class AccountEventResource {

    private static final int LONGEST_POSITION = 64;

    private final AccessControl access;
    private final CallerLimits limits;
    private final Audit audit;
    private final AccountFeed feed;
    private final EventStream stream;
    private final StatusRenderer renderer;
    private final LargeAnswers large;

    AccountEventResource(
            AccessControl access,
            CallerLimits limits,
            Audit audit,
            AccountFeed feed,
            EventStream stream,
            StatusRenderer renderer,
            LargeAnswers large) {
        this.access = access;
        this.limits = limits;
        this.audit = audit;
        this.feed = feed;
        this.stream = stream;
        this.renderer = renderer;
        this.large = large;
    }

    /** Streams as server-sent events. */
    @GET
    @Path("/{accountKey}/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @ResponseHeader(name = "Cache-Control", value = "no-store")
    @ResponseHeader(name = EventResource.NO_BUFFERING, value = "no")
    public Multi<OutboundSseEvent> follow(
            @PathParam("accountKey") String accountKey,
            @RestQuery("state") List<String> states,
            @RestQuery("type") List<String> types,
            @RestHeader("Last-Event-ID") List<String> lastEventId,
            @Context RoutingContext request) {
        return EventWriter.write(frames(RequestedFeed.of(accountKey, states, types), lastEventId, request), request);
    }

    /** Streams as lines of JSON. */
    @GET
    @Path("/{accountKey}/events")
    @Produces(RestMediaType.APPLICATION_NDJSON)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @ResponseHeader(name = "Cache-Control", value = "no-store")
    @ResponseHeader(name = EventResource.NO_BUFFERING, value = "no")
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
        // The answer begins once the position is known after which nothing is missed.
        Uni<String> begin = position(lastEventId)
                .map(position -> Uni.createFrom().item(position))
                .orElseGet(() -> feed.position(grant.account()));
        Multi<StreamFrame> frames = begin.onItem()
                .transformToMulti(
                        position -> stream.of(caller, grant, events(requested, position, caller, grant), request));
        return large.admitted(frames, event -> gap(event.id())).onTermination().invoke(reservation::release);
    }

    private Multi<Supplier<StreamFrame>> events(RequestedFeed requested, String position, Caller caller, Grant grant) {
        return feed.follow(grant.account(), position)
                .filter(item ->
                        !(item instanceof AccountFeed.Item.Revision revision) || requested.matches(revision.event()))
                .<Supplier<StreamFrame>>map(item -> () -> frame(item, caller, grant))
                .onCompletion()
                .switchTo(EventStream.comeBack());
    }

    private StreamFrame frame(AccountFeed.Item item, Caller caller, Grant grant) {
        if (item instanceof AccountFeed.Item.Revision revision) {
            audit.read(caller, grant, revision.event().call().id(), "followed");
            return renderer.frame(revision.event(), grant.numbers()).at(item.position());
        }
        return gap(Optional.of(item.position()));
    }

    /** At a position, for revisions that are not sent. */
    private static StreamFrame gap(Optional<String> position) {
        return new StreamFrame.Event("gap", position, "{}");
    }

    /** What did not come from us leads to a gap, like a position that is no longer kept. */
    private static Optional<String> position(List<String> lastEventId) {
        return lastEventId.stream()
                .filter(position -> !position.isEmpty())
                .map(position -> position.length() > LONGEST_POSITION ? "unknown" : position)
                .findFirst();
    }
}
