package bench;

import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import org.eclipse.microprofile.rest.client.inject.RestClient;

/** Asks the upstream for each request, and passes its answer on: the least that two HTTP stacks can do for an uncached look-up. */
@Path("/through/{accountKey}/calls/{callGuid}")
public class PassThrough {

    private final Upstream upstream;

    PassThrough(@RestClient Upstream upstream) {
        this.upstream = upstream;
    }

    @GET
    @Produces("application/json")
    public Uni<byte[]> answer(@PathParam("accountKey") String accountKey, @PathParam("callGuid") String callGuid) {
        return upstream.call(accountKey, callGuid, "Bearer bench", "application/json;version=3");
    }
}
