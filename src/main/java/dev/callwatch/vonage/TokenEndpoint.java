package dev.callwatch.vonage;

import dev.callwatch.call.UpstreamFailure;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;

/** Vonage Contact Center's token endpoint (OAuth 2.0, RFC 6749, section 4.4). */
@Path("/Auth/connect/token")
@Consumes(MediaType.APPLICATION_FORM_URLENCODED)
interface TokenEndpoint {

    /**
     * Asks for a token with the client's credentials in the form.
     *
     * @return the body of a 200; any other status is an {@link UpstreamFailure}
     */
    @POST
    Uni<byte[]> token(MultivaluedMap<String, String> form);

    /**
     * Asks for a token with the client's credentials in the header.
     *
     * @param authorization {@code Basic} and the credentials
     * @return the body of a 200; any other status is an {@link UpstreamFailure}
     */
    @POST
    Uni<byte[]> token(
            @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization, MultivaluedMap<String, String> form);
}
