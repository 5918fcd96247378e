package dev.callwatch.chaos;

import io.vertx.core.json.JsonObject;
import java.time.Instant;

/**
 * A status event, as a reader received it.
 *
 * @param at when
 * @param stream counts the streams of this reader
 * @param replica that sent it
 * @param life of that replica: how often it had been started
 * @param id of the event
 * @param content which content of the upstream's call it is; it only rises
 * @param observedAt when the service says it has seen this
 */
record StatusEvent(
        Instant at,
        int stream,
        int replica,
        int life,
        String id,
        String type,
        long revision,
        Previous previous,
        long content,
        boolean stale,
        Instant observedAt) {

    static StatusEvent of(String id, String data, int stream, int replica, int life) {
        JsonObject event = new JsonObject(data);
        JsonObject call = event.getJsonObject("call");
        return new StatusEvent(
                Instant.now(),
                stream,
                replica,
                life,
                id,
                event.getString("type"),
                call.getLong("revision"),
                Previous.in(event),
                content(Integer.parseInt(call.getString("disposition")), Boolean.TRUE.equals(call.getBoolean("ended"))),
                call.getBoolean("stale"),
                Instant.parse(call.getJsonObject("observed").getString("at")));
    }

    /** Orders what the upstream says of a call: its end comes after its last version. */
    static long content(int version, boolean over) {
        return 2L * version + (over ? 1 : 0);
    }

    @Override
    public String toString() {
        return "%s stream %d, replica %d (life %d): revision %d, previous %s, %s, content %d%s, observed %s"
                .formatted(
                        at,
                        stream,
                        replica,
                        life,
                        revision,
                        previous,
                        type,
                        content,
                        stale ? ", stale" : "",
                        observedAt);
    }
}
