package dev.callwatch.api;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** What the page asks for first. Anybody may read it: each request of a browser for a sign-in shows the same. */
@Path("/console/config.json")
public class ConsoleResource {

    private final ConsoleConfig config;

    ConsoleResource(ConsoleOptions options) {
        this.config = ConsoleConfig.of(options);
    }

    /** Shows the settings of the page. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public ConsoleConfig config() {
        return config;
    }
}
