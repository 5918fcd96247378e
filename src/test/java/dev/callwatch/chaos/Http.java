package dev.callwatch.chaos;

import dev.callwatch.Replica;
import io.vertx.core.json.JsonObject;
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

    private static final String SUBSCRIPTIONS = "/v1/accounts/chaos/subscriptions";

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

    /**
     * Subscribes to a call.
     *
     * @return the identifier of the subscription; nothing where the replica did not take it
     */
    Optional<String> subscribe(Replica replica, String guid, String sink) throws InterruptedException {
        String body = """
                {"protocol":"HTTP","sink":"%s","config":{"subscriptionDetail":{"calls":["%s"]},"initialEvent":true}}""".formatted(sink, guid);
        HttpRequest request = HttpRequest.newBuilder(URI.create(replica.url() + SUBSCRIPTIONS))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            return response.statusCode() < 300
                    ? Optional.of(new JsonObject(response.body()).getString("id"))
                    : Optional.empty();
        } catch (IOException refused) {
            return Optional.empty();
        }
    }

    /** The answer about a subscription; nothing where there is none. */
    Optional<HttpResponse<String>> subscription(Replica replica, String id) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(replica.url() + SUBSCRIPTIONS + "/" + id))
                .timeout(PATIENCE)
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                .thenApply(Optional::of)
                .exceptionally(failure -> Optional.empty())
                .join();
    }

    private static HttpRequest.Builder request(Replica replica, String path) {
        return HttpRequest.newBuilder(URI.create(replica.url() + "/v1/accounts/chaos/calls/" + path))
                .timeout(PATIENCE);
    }
}
