package dev.callwatch.access;

import io.quarkus.rest.client.reactive.Url;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import java.net.URI;

/** The public documents of an issuer: discovery (OpenID Connect Discovery 1.0, section 4) and keys (RFC 7517, section 5). */
@Path("")
@Produces("*/*")
interface IssuerEndpoint {

    /** The body of a 200; any other status is {@link KeysUnreadable}. */
    @GET
    Uni<byte[]> get(@Url URI address);

    /**
     * The same, for an issuer that wants to know who asks.
     *
     * @param authorization {@code Bearer} and a token
     */
    @GET
    Uni<byte[]> get(@Url URI address, @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization);
}
