package dev.callwatch.sandbox;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * What the fake Vonage answers to one request.
 *
 * @param status the HTTP status code
 * @param headers all but the content length
 * @param body the body
 * @param delay how long the answer is held back
 */
record Answer(int status, Map<String, String> headers, String body, Duration delay) {

    /** No answer: the connection is closed. */
    static final Answer NONE = new Answer(0, Map.of(), "", Duration.ZERO);

    private static final Map<String, String> JSON = Map.of("Content-Type", "application/json; charset=utf-8");
    private static final Map<String, String> HTML = Map.of("Content-Type", "text/html");

    static Answer json(int status, JsonObject body) {
        return new Answer(status, JSON, body.encode(), Duration.ZERO);
    }

    static Answer message(int status, String message) {
        return json(status, new JsonObject().put("message", message));
    }

    static Answer unauthorised() {
        return message(401, "The access token is invalid or has expired");
    }

    static Answer html(int status, String text) {
        return new Answer(status, HTML, "<html><body><h1>" + text + "</h1></body></html>", Duration.ZERO);
    }

    static Answer raw(String body) {
        return new Answer(200, JSON, body, Duration.ZERO);
    }

    Answer with(String header, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(header, value);
        return new Answer(status, Map.copyOf(more), body, delay);
    }

    Answer after(Duration wait) {
        return new Answer(status, headers, body, wait);
    }
}
