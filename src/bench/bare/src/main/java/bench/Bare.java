package bench;

import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import java.io.IOException;
import java.nio.file.Files;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Answers every path with the same bytes, those of the file that the setting {@code bench.body} names. */
@Path("/")
public class Bare {

    private final byte[] body;

    Bare(@ConfigProperty(name = "bench.body") String file) throws IOException {
        body = Files.readAllBytes(java.nio.file.Path.of(file));
    }

    @GET
    @Path("{any: .*}")
    @Produces("application/json")
    @NonBlocking
    public byte[] answer() {
        return body;
    }
}
