package dev.callwatch.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.callwatch.access.AccessControl;
import dev.callwatch.access.Audit;
import dev.callwatch.access.Caller;
import dev.callwatch.access.Grant;
import dev.callwatch.call.CallDirectory;
import dev.callwatch.call.CallStatus;
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
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.ResponseHeader;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;

/** What is kept of the calls of an account, without asking Vonage. */
@Path("/v1/accounts")
public class CallListResource {

    private final AccessControl access;
    private final Audit audit;
    private final CallDirectory directory;
    private final CallFeed feed;
    private final StatusRenderer renderer;
    private final ObjectMapper json;
    private final LargeAnswers large;

    CallListResource(
            AccessControl access,
            Audit audit,
            CallDirectory directory,
            CallFeed feed,
            StatusRenderer renderer,
            ObjectMapper json,
            LargeAnswers large) {
        this.access = access;
        this.audit = audit;
        this.directory = directory;
        this.feed = feed;
        this.renderer = renderer;
        this.json = json;
        this.large = large;
    }

    /** Lists calls, the last changed first. */
    @GET
    @Path("/{accountKey}/calls")
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<RestResponse<byte[]>> list(
            @PathParam("accountKey") String accountKey,
            @RestQuery("state") Optional<String> state,
            @RestQuery("since") Optional<String> since,
            @RestQuery("limit") Optional<String> limit,
            @RestQuery("after") Optional<String> after,
            @Context RoutingContext request) {
        RequestedList requested = RequestedList.of(accountKey, new RequestedList.Query(state, since, limit, after));
        Caller caller = AuthenticationFilter.caller(request);
        Grant grant = access.grant(caller, requested.account());
        return directory
                .newest(requested.account(), requested.query())
                .invoke(page -> checkRoom(page.calls().stream()))
                .invoke(page -> page.calls().forEach(call -> audit.read(caller, grant, call.id(), "listed")))
                .map(page -> answer(page, requested, grant, request));
    }

    private RestResponse<byte[]> answer(
            CallDirectory.Page page, RequestedList requested, Grant grant, RoutingContext request) {
        CallList calls = new CallList(page.calls().stream()
                .map(call -> renderer.shown(call, grant.numbers()))
                .toList());
        RestResponse.ResponseBuilder<byte[]> answer =
                RestResponse.ResponseBuilder.ok(body(calls, request)).header(HttpHeaders.CACHE_CONTROL, "no-store");
        page.next().ifPresent(next -> answer.header(HttpHeaders.LINK, "<" + requested.next(next) + ">; rel=\"next\""));
        return answer.build();
    }

    /** Lists what is kept of the history of a call. */
    @GET
    @Path("/{accountKey}/calls/{callGuid}/revisions")
    @Produces(MediaType.APPLICATION_JSON)
    @ResponseHeader(name = "Cache-Control", value = "no-store")
    public Uni<byte[]> revisions(
            @PathParam("accountKey") String accountKey,
            @PathParam("callGuid") String callGuid,
            @Context RoutingContext request) {
        RequestedCall requested = RequestedCall.of(accountKey, callGuid);
        Caller caller = AuthenticationFilter.caller(request);
        Grant grant = access.grant(caller, requested.account());
        audit.read(caller, grant, requested.guid().value(), "listed");
        return feed.revisionsForOneAnswer(grant.account(), requested.guid())
                .invoke(events -> checkRoom(events.stream().map(CallEvent::call)))
                .map(events -> new RevisionList(
                        events.stream().map(event -> shown(event, grant)).toList()))
                .map(revisions -> body(revisions, request));
    }

    /** To mask and write a large answer takes time, so it is refused before where it would be refused in the end. */
    private void checkRoom(Stream<CallStatus> shown) {
        large.check(shown.mapToLong(status -> status.vonage().length()).sum());
    }

    private byte[] body(Object answer, RoutingContext request) {
        try {
            return large.admitted(json.writeValueAsBytes(answer), request);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private CallEvent shown(CallEvent event, Grant grant) {
        return new CallEvent(
                event.type(), event.changes(), event.previous(), renderer.shown(event.call(), grant.numbers()));
    }
}
