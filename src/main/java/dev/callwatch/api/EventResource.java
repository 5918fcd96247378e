package dev.callwatch.api;

import dev.callwatch.access.AccessControl;
import dev.callwatch.access.Audit;
import dev.callwatch.access.Caller;
import dev.callwatch.access.CallerLimits;
import dev.callwatch.access.Grant;
import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallGuid;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Multi;
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
import java.util.Set;
import org.jboss.resteasy.reactive.ResponseHeader;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestStreamElementType;
import org.jboss.resteasy.reactive.common.util.RestMediaType;

/** What happens to calls, as it happens. */
@Path("/v1/accounts")
public class EventResource {

    /** Asks nginx to send each piece of an answer at once. */
    static final String NO_BUFFERING = "X-Accel-Buffering";

    private final AccessControl access;
    private final CallerLimits limits;
    private final Audit audit;
    private final CallStream stream;
    private final LargeAnswers large;
    private final Counter left;

    EventResource(
            AccessControl access,
            CallerLimits limits,
            Audit audit,
            CallStream stream,
            LargeAnswers large,
            MeterRegistry registry) {
        this.access = access;
        this.limits = limits;
        this.audit = audit;
        this.stream = stream;
        this.large = large;
        this.left = Disconnects.counter(registry, Disconnects.CLIENT);
    }

    /** Streams one call as server-sent events. */
    @GET
    @Path("/{accountKey}/calls/{callGuid}/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @ResponseHeader(name = "Cache-Control", value = "no-store")
    @ResponseHeader(name = NO_BUFFERING, value = "no")
    @Resumable
    public Multi<OutboundSseEvent> follow(
            @PathParam("accountKey") String accountKey,
            @PathParam("callGuid") String callGuid,
            @RestHeader("Last-Event-ID") List<String> lastEventId,
            @Context RoutingContext request) {
        return EventWriter.write(frames(RequestedCall.of(accountKey, callGuid), lastEventId, request), request);
    }

    /** Streams one call as lines of JSON. */
    @GET
    @Path("/{accountKey}/calls/{callGuid}/events")
    @Produces(RestMediaType.APPLICATION_NDJSON)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @ResponseHeader(name = "Cache-Control", value = "no-store")
    @ResponseHeader(name = NO_BUFFERING, value = "no")
    @Resumable
    public Multi<Line> followAsLines(
            @PathParam("accountKey") String accountKey,
            @PathParam("callGuid") String callGuid,
            @RestHeader("Last-Event-ID") List<String> lastEventId,
            @Context RoutingContext request) {
        return lines(frames(RequestedCall.of(accountKey, callGuid), lastEventId, request));
    }

    /** Streams several calls as server-sent events. */
    @GET
    @Path("/{accountKey}/calls/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @ResponseHeader(name = "Cache-Control", value = "no-store")
    @ResponseHeader(name = NO_BUFFERING, value = "no")
    @Resumable
    public Multi<OutboundSseEvent> followAll(
            @PathParam("accountKey") String accountKey,
            @RestQuery("id") List<String> ids,
            @RestHeader("Last-Event-ID") List<String> lastEventId,
            @Context RoutingContext request) {
        return EventWriter.write(frames(RequestedStream.of(accountKey, ids), lastEventId, request), request);
    }

    /** Streams several calls as lines of JSON. */
    @GET
    @Path("/{accountKey}/calls/events")
    @Produces(RestMediaType.APPLICATION_NDJSON)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @ResponseHeader(name = "Cache-Control", value = "no-store")
    @ResponseHeader(name = NO_BUFFERING, value = "no")
    @Resumable
    public Multi<Line> followAllAsLines(
            @PathParam("accountKey") String accountKey,
            @RestQuery("id") List<String> ids,
            @RestHeader("Last-Event-ID") List<String> lastEventId,
            @Context RoutingContext request) {
        return lines(frames(RequestedStream.of(accountKey, ids), lastEventId, request));
    }

    /** Answers what following one call would be answered with, without following it. */
    @HEAD
    @Path("/{accountKey}/calls/{callGuid}/events")
    @Produces({MediaType.SERVER_SENT_EVENTS, RestMediaType.APPLICATION_NDJSON})
    public RestResponse<Void> check(
            @PathParam("accountKey") String accountKey,
            @PathParam("callGuid") String callGuid,
            @Context RoutingContext request) {
        return check(RequestedCall.of(accountKey, callGuid).account(), request);
    }

    /** Answers what following several calls would be answered with, without following them. */
    @HEAD
    @Path("/{accountKey}/calls/events")
    @Produces({MediaType.SERVER_SENT_EVENTS, RestMediaType.APPLICATION_NDJSON})
    public RestResponse<Void> checkAll(
            @PathParam("accountKey") String accountKey,
            @RestQuery("id") List<String> ids,
            @Context RoutingContext request) {
        return check(RequestedStream.of(accountKey, ids).account(), request);
    }

    private RestResponse<Void> check(AccountKey account, RoutingContext request) {
        access.grant(AuthenticationFilter.caller(request), account);
        return RestResponse.ResponseBuilder.<Void>ok()
                .header(HttpHeaders.CONTENT_TYPE, MediaType.SERVER_SENT_EVENTS)
                .build();
    }

    private Multi<StreamFrame> frames(RequestedCall requested, List<String> lastEventId, RoutingContext request) {
        Set<CallGuid> guids = Set.of(requested.guid());
        return frames(new RequestedStream(requested.account(), guids), lastEventId, request);
    }

    private Multi<StreamFrame> frames(RequestedStream requested, List<String> lastEventId, RoutingContext request) {
        Caller caller = AuthenticationFilter.caller(request);
        Grant grant = access.grant(caller, requested.account());
        CallerLimits.Reservation reservation =
                limits.stream(caller, requested.guids().size());
        requested.guids().forEach(guid -> audit.read(caller, grant, guid.value(), "followed"));
        Multi<StreamFrame> frames =
                stream.of(caller, grant, requested.guids(), LastEventId.parse(lastEventId), request);
        return large.admitted(frames, event -> stream.unsent(event, request))
                .onCancellation()
                .invoke(left::increment)
                .onTermination()
                .invoke(reservation::release);
    }

    /** A heartbeat is an empty line; a hint at reconnection has no form here. */
    static Multi<Line> lines(Multi<StreamFrame> frames) {
        return frames.filter(frame -> !(frame instanceof StreamFrame.Retry)).map(Line::of);
    }
}
