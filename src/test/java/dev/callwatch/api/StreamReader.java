package dev.callwatch.api;

import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A reader of an event stream, as a client would be. */
public final class StreamReader implements AutoCloseable {

    /** One server-sent event; {@code data} is empty where there is none. */
    public record Frame(String event, String id, String data, String retry) {

        public JsonPath json() {
            return JsonPath.from(data);
        }

        /** Much cheaper than a path in it, which is a Groovy script: for what is asked for again and again. */
        private JsonObject object() {
            return new JsonObject(data);
        }
    }

    private final HttpResponse<InputStream> response;
    private final List<Frame> frames = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean ended;

    private StreamReader(HttpResponse<InputStream> response) {
        this.response = response;
        this.thread = new Thread(this::read, "stream-reader");
        thread.start();
    }

    /** @param headers names and values in turn */
    public static StreamReader open(String url, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).header("Accept", "text/event-stream");
        if (headers.length > 0) {
            request.headers(headers);
        }
        return new StreamReader(
                HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofInputStream()));
    }

    public HttpResponse<InputStream> response() {
        return response;
    }

    /** Everything that arrived, comments left out. */
    public List<Frame> frames() {
        return frames;
    }

    /**
     * The type of statuses with the number of their revision, counted for each call from 1 as they come; the problem's name of
     * problems; {@code end}.
     */
    public List<String> received() {
        List<String> received = new ArrayList<>();
        Map<String, List<String>> revisions = new HashMap<>();
        for (Frame frame : frames) {
            switch (frame.event()) {
                case "status" -> {
                    String guid = frame.id().substring(0, frame.id().indexOf(':'));
                    List<String> known = revisions.computeIfAbsent(guid, first -> new ArrayList<>());
                    if (!known.contains(frame.id())) {
                        known.add(frame.id());
                    }
                    received.add(frame.object().getString("type") + " " + (known.indexOf(frame.id()) + 1));
                }
                case "problem" ->
                    received.add(frame.object()
                            .getJsonObject("problem")
                            .getString("type")
                            .substring("urn:callwatch:problem:".length()));
                case "end" -> received.add("end");
                default -> {}
            }
        }
        return received;
    }

    /** Whether the other side has closed the stream. */
    public boolean hasEnded() {
        return ended;
    }

    @Override
    public void close() throws IOException {
        response.body().close();
    }

    /**
     * Reads an event stream.
     *
     * @param each is given every frame as it arrives, comments left out
     * @throws IOException where the stream breaks instead of being closed
     */
    public static void read(InputStream body, Consumer<Frame> each) throws IOException {
        try (Scanner lines = new Scanner(body, "UTF-8")) {
            String event = "";
            String id = "";
            String data = "";
            String retry = "";
            while (lines.hasNextLine()) {
                String line = lines.nextLine();
                String value = line.substring(line.indexOf(':') + 1).strip();
                if (line.isEmpty()) {
                    if (!event.isEmpty() || !retry.isEmpty()) {
                        each.accept(new Frame(event, id, data, retry));
                    }
                    event = "";
                    id = "";
                    data = "";
                    retry = "";
                } else if (line.startsWith("event:")) {
                    event = value;
                } else if (line.startsWith("id:")) {
                    id = value;
                } else if (line.startsWith("data:")) {
                    data += value;
                } else if (line.startsWith("retry:")) {
                    retry = value;
                }
            }
            if (lines.ioException() != null) {
                throw lines.ioException();
            }
        }
    }

    private void read() {
        try {
            read(response.body(), frames::add);
        } catch (IOException broken) {
            // It has ended either way.
        }
        ended = true;
    }
}
