package dev.callwatch.api;

import dev.callwatch.access.AccessControl;
import dev.callwatch.access.Grant;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Answers 204 to a client that comes back to a stream and has everything, which keeps an {@code EventSource} from coming back
 * again (WHATWG HTML, section 9.2). A stream could not: its headers are sent before its first event is known.
 */
public class ResumptionFilter {

    private static final String LAST_EVENT_ID = "Last-Event-ID";
    private static final int AFTER_AUTHENTICATION = Priorities.USER + 1;

    private final AccessControl access;
    private final CallStream stream;

    ResumptionFilter(AccessControl access, CallStream stream) {
        this.access = access;
        this.stream = stream;
    }

    /** Lets a request pass, or answers it with 204. */
    @Resumable
    @ServerRequestFilter(priority = AFTER_AUTHENTICATION)
    public Uni<RestResponse<Void>> check(ContainerRequestContext context, HttpHeaders headers, RoutingContext request) {
        List<String> lastEventId =
                Optional.ofNullable(headers.getRequestHeader(LAST_EVENT_ID)).orElse(List.of());
        if (lastEventId.isEmpty()) {
            return Uni.createFrom().nullItem();
        }
        RequestedStream requested = requested(
                context.getUriInfo().getPathParameters(), context.getUriInfo().getQueryParameters());
        Grant grant = access.grant(AuthenticationFilter.caller(request), requested.account());
        return stream.isOver(grant.account(), requested.guids(), lastEventId)
                .map(over -> over ? RestResponse.noContent() : null);
    }

    private static RequestedStream requested(
            MultivaluedMap<String, String> path, MultivaluedMap<String, String> query) {
        String account = path.getFirst("accountKey");
        if (!path.containsKey("callGuid")) {
            return RequestedStream.of(account, query.getOrDefault("id", List.of()));
        }
        RequestedCall call = RequestedCall.of(account, path.getFirst("callGuid"));
        return new RequestedStream(call.account(), Set.of(call.guid()));
    }
}
