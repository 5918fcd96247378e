package dev.callwatch.chaos;

import dev.callwatch.Replica;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Requests as clients of the service make them. */
final class Http {

    /** Longer than a look-up may take. */
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(1))
            .build();

    /** Looks a call up. */
    CompletableFuture<HttpResponse<String>> lookUp(Replica replica, String guid) {
        return client.sendAsync(request(replica, guid).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Looks a call up in the upstream. */
    CompletableFuture<HttpResponse<String>> lookUpAnew(Replica replica, String guid) {
        return client.sendAsync(
                request(replica, guid).header("Cache-Control", "no-cache").build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /**
     * Opens the event stream of a call.
     *
     * @param lastEventId of a reader that comes back
     */
    HttpResponse<InputStream> stream(Replica replica, String guid, Optional<String> lastEventId)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = request(replica, guid + "/events").header("Accept", "text/event-stream");
        lastEventId.ifPresent(id -> request.header("Last-Event-ID", id));
        return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    private static HttpRequest.Builder request(Replica replica, String path) {
        return HttpRequest.newBuilder(URI.create(replica.url() + "/v1/accounts/chaos/calls/" + path))
                .timeout(PATIENCE);
    }
}
