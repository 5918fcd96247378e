package bench;

import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;

/** The same endpoint as that of the service; {@code quarkus.rest-client.upstream.url} says where. */
@RegisterRestClient(configKey = "upstream")
@Path("/v0/{accountKey}/calls/{callGuid}")
public interface Upstream {

    @GET
    Uni<byte[]> call(
            @PathParam("accountKey") String accountKey,
            @PathParam("callGuid") String callGuid,
            @HeaderParam("Authorization") String authorization,
            @HeaderParam("Accept") String accept);
}
