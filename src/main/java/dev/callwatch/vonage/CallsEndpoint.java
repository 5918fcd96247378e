package dev.callwatch.vonage;

import dev.callwatch.call.UpstreamFailure;
import io.quarkus.rest.client.reactive.Url;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;

/** Vonage Contact Center's call detail, as Vonage documents it: {@code /v0/{accountKey}/calls/{callGuid}}. */
@Path("")
interface CallsEndpoint {

    /**
     * Reads a call during its life and for up to 24 hours after it.
     *
     * @param url of the call, whole: the REST client would fill a template with regular expressions, for each request anew
     * @param authorization {@code Bearer} and a token
     * @param accept the media type with its version, as set
     * @return the body of a 200; any other status is an {@link UpstreamFailure}
     */
    @GET
    Uni<byte[]> call(
            @Url String url,
            @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
            @HeaderParam(HttpHeaders.ACCEPT) String accept);
}
