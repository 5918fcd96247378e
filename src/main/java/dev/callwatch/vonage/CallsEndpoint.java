package dev.callwatch.vonage;

import dev.callwatch.call.UpstreamFailure;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;

/** Vonage Contact Center's call detail, as Vonage documents it. */
@Path("/v0/{accountKey}/calls")
interface CallsEndpoint {

    /** The calls of one account, to be kept: the REST client fills the account into the path with regular expressions. */
    @Path("/")
    CallsOfAccount of(@PathParam("accountKey") String accountKey);

    /** The calls of one account. */
    interface CallsOfAccount {

        /**
         * Reads a call during its life and for up to 24 hours after it.
         *
         * @param authorization {@code Bearer} and a token
         * @param accept the media type with its version, as set
         * @return the body of a 200; any other status is an {@link UpstreamFailure}
         */
        @GET
        @Path("/{callGuid}")
        Uni<byte[]> call(
                @PathParam("callGuid") String callGuid,
                @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
                @HeaderParam(HttpHeaders.ACCEPT) String accept);
    }
}
