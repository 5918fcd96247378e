package dev.callwatch.client;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;
import org.jboss.resteasy.reactive.client.SseEvent;

@Path("/v1/accounts/{account}/calls")
@RegisterRestClient(configKey = "callwatch")
public interface Callwatch {

    @GET
    @Path("/{guid}")
    Uni<CallStatus> lookUp(
            @HeaderParam("Authorization") String authorization,
            @PathParam("account") String account,
            @PathParam("guid") String guid);

    @GET
    @Path("/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    Multi<SseEvent<String>> events(
            @HeaderParam("Authorization") String authorization,
            @HeaderParam("Last-Event-ID") String lastEventId,
            @PathParam("account") String account,
            @QueryParam("id") List<String> guids);

    /** What this client needs of a status; other members are ignored. */
    record CallStatus(String id, String state, Boolean ended, String summary, String disposition) {}

    record CallEvent(String type, List<String> changes, CallStatus call) {}
}
