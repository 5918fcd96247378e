package dev.callwatch.api;

import dev.callwatch.push.PushKeys;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.jboss.resteasy.reactive.ResponseHeader;

/** The public keys that verify deliveries. Anybody may read them. */
@Path("/v1/push-keys")
public class PushKeyResource {

    private final PushKeys keys;

    PushKeyResource(PushKeys keys) {
        this.keys = keys;
    }

    /** Shows the keys. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @ResponseHeader(name = "Cache-Control", value = "public, max-age=300")
    public PushKeys.Set keys() {
        return keys.set();
    }
}
