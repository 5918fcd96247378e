package dev.callwatch.chaos;

import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What sinks accepted of each call, and whether that may be. Safe for concurrent use. */
final class PushedEvents {

    private static final String ENDED = "dev.callwatch.subscription-ended";

    /** What one sink knows of one call. */
    private static final class Known {

        private final Set<String> ids = new HashSet<>();
        private long revision;
        private long content;
    }

    private final Findings findings;
    private final EventLog events;
    private final Map<String, Known> known = new HashMap<>();

    PushedEvents(Findings findings, EventLog events) {
        this.findings = findings;
        this.events = events;
    }

    /** Notes an event that a sink accepted, and every invariant that it breaks. */
    synchronized void accepted(String sink, JsonObject event) {
        String id = event.getString("id");
        events.note("sink " + sink + " accepted " + event.encode());
        if (ENDED.equals(event.getString("type"))) {
            return;
        }
        findings.count(Count.PUSHED);
        Known call = known.computeIfAbsent(sink + " " + event.getString("subject"), unseen -> new Known());
        if (!call.ids.add(id)) {
            findings.count(Count.PUSHED_AGAIN);
            return;
        }
        JsonObject data = event.getJsonObject("data");
        JsonObject status = data.getJsonObject("call");
        long revision = status.getLong("revision");
        long content = StatusEvent.content(
                Integer.parseInt(status.getString("disposition")), Boolean.TRUE.equals(status.getBoolean("ended")));
        if (revision < call.revision || content < call.content) {
            findings.breach(
                    Breach.PUSHED_BACK,
                    "%s: %s (content %d) after revision %d (content %d)"
                            .formatted(sink, id, content, call.revision, call.content));
        }
        if (call.revision > 0
                && !(Previous.in(data) instanceof Previous.Of previous && previous.revision() == call.revision)) {
            findings.count(Count.PUSHED_AFTER_SKIP);
        }
        call.revision = Math.max(call.revision, revision);
        call.content = Math.max(call.content, content);
    }

    /** The last content of a call that a sink knows; 0 for none. */
    synchronized long content(String sink, String guid) {
        Known call = known.get(sink + " " + guid);
        return call == null ? 0 : call.content;
    }
}
