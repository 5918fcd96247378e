package dev.callwatch;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * Reads the stream of some calls, and where it breaks off reads on at the next replica with {@code Last-Event-ID}. What it
 * receives of a call is a version of the {@link ScriptedUpstream}.
 */
final class Follower implements AutoCloseable {

    /**
     * An event about a call.
     *
     * @param previous the revision before; 0 for the first that is known
     * @param version what the disposition says
     */
    record Update(String guid, String type, long revision, long previous, int version, int replica) {}

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(1))
            .build();
    private final List<Replica> replicas;
    private final String path;
    private final List<Update> received = new CopyOnWriteArrayList<>();
    private final List<String> problems = new CopyOnWriteArrayList<>();
    private final Thread thread = new Thread(this::follow, "follower");
    private Optional<String> last = Optional.empty();
    private volatile int connections;
    private volatile boolean closed;
    private volatile Optional<Stream<String>> open = Optional.empty();

    private Follower(List<Replica> replicas, String path) {
        this.replicas = replicas;
        this.path = path;
    }

    /** @param replicas where it reads, one after the other, beginning with the first */
    static Follower of(List<Replica> replicas, String account, List<String> guids) {
        String path = guids.size() == 1
                ? "/v1/accounts/" + account + "/calls/" + guids.get(0) + "/events"
                : "/v1/accounts/" + account + "/calls/events?id=" + String.join("&id=", guids);
        Follower follower = new Follower(replicas, path);
        follower.thread.setDaemon(true);
        follower.thread.start();
        return follower;
    }

    /** What it received of a call, in order. */
    List<Update> received(String guid) {
        return received.stream().filter(event -> event.guid().equals(guid)).toList();
    }

    /** The calls that could not be read for a while, and why. */
    List<String> problems() {
        return problems;
    }

    /** How often a stream was opened. */
    int connections() {
        return connections;
    }

    @Override
    public void close() {
        closed = true;
        open.ifPresent(Stream::close);
        thread.interrupt();
    }

    private void follow() {
        for (int next = 0; !closed; next++) {
            Replica replica = replicas.get(next % replicas.size());
            try {
                read(replica);
            } catch (IOException | RuntimeException brokenOff) {
                // The next replica takes over.
            } catch (InterruptedException end) {
                return;
            }
        }
    }

    private void read(Replica replica) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(replica.url() + path)).header("Accept", "text/event-stream");
        last.ifPresent(id -> request.header("Last-Event-ID", id));
        HttpResponse<Stream<String>> response = http.send(request.build(), HttpResponse.BodyHandlers.ofLines());
        if (response.statusCode() != 200) {
            response.body().close();
            return;
        }
        connections++;
        try (Stream<String> lines = response.body()) {
            open = Optional.of(lines);
            String event = "";
            String id = "";
            for (Iterator<String> each = lines.iterator(); each.hasNext(); ) {
                String line = each.next();
                String value = line.substring(line.indexOf(':') + 1).strip();
                if (line.startsWith("event:")) {
                    event = value;
                } else if (line.startsWith("id:")) {
                    id = value;
                } else if (line.startsWith("data:")) {
                    note(event, id, value, replica.index());
                }
            }
        }
    }

    private void note(String event, String id, String data, int replica) {
        if (event.equals("status")) {
            JsonObject json = new JsonObject(data);
            JsonObject call = json.getJsonObject("call");
            received.add(new Update(
                    call.getString("id"),
                    json.getString("type"),
                    call.getLong("revision"),
                    Optional.ofNullable(json.getLong("previous")).orElse(0L),
                    Integer.parseInt(call.getString("disposition")),
                    replica));
            last = Optional.of(id);
        } else if (event.equals("problem")) {
            problems.add(data);
        }
    }
}
