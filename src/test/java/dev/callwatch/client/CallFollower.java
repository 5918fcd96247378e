package dev.callwatch.client;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.unchecked.Unchecked;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.WebApplicationException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.rest.client.inject.RestClient;

@ApplicationScoped
public class CallFollower {

    private final Callwatch callwatch;
    private final ObjectMapper json;

    CallFollower(@RestClient Callwatch callwatch, ObjectMapper json) {
        this.callwatch = callwatch;
        this.json = json;
    }

    /** What happens to the calls, until all of them have ended. Reconnects when the connection is lost. */
    public Multi<Callwatch.CallEvent> follow(String authorization, String account, List<String> guids) {
        AtomicReference<String> last = new AtomicReference<>();
        return Multi.createFrom()
                .deferred(() -> callwatch.events(authorization, last.get(), account, guids))
                .onCompletion()
                .failWith(() -> new IOException("The connection was lost"))
                .invoke(event -> last.set(event.id() == null ? last.get() : event.id()))
                .select()
                .first(event -> !"end".equals(event.name()))
                .onFailure(failure -> !(failure instanceof WebApplicationException))
                .retry()
                .withBackOff(Duration.ofSeconds(1), Duration.ofSeconds(10))
                .indefinitely()
                .filter(event -> "status".equals(event.name()))
                .map(Unchecked.function(event -> json.readValue(event.data(), Callwatch.CallEvent.class)));
    }
}
