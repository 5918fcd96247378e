package dev.callwatch.sandbox;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** A call document in the form of Vonage's reference documentation. */
final class Document {

    private static final String CALLER = "02072068888";

    private final JsonObject json;
    private String disposition;

    private Document(JsonObject json) {
        this.json = json;
    }

    /** A call from an agent to a number that has ended and has no disposition. */
    static Document of(String guid) {
        String href = "https://emea.cc.vonage.com/v0/sandbox/Calls/" + guid;
        return new Document(new JsonObject()
                .put("id", guid)
                .put(
                        "links",
                        new JsonArray().add(new JsonObject().put("href", href).put("rel", "_self")))
                .put("from", new JsonObject().put("telephoneNumber", CALLER).put("agentId", "10"))
                .put("to", new JsonObject().put("telephoneNumber", CALLER))
                .putNull("status")
                .putNull("recordingStatus"));
    }

    Document presenting(String clid) {
        json.put("from", new JsonObject().put("presentedCLID", clid).put("agentId", "10"));
        return this;
    }

    Document status(String status) {
        json.put("status", status);
        return this;
    }

    Document recording(String status) {
        json.put("recordingStatus", status);
        return this;
    }

    Document failed(String party, String reason) {
        json.put(
                "result",
                new JsonObject().put("code", "Failure").put("party", party).put("reason", reason));
        return this;
    }

    Document disposition(String code) {
        disposition = code;
        return this;
    }

    Answer answer() {
        // Last, as in Vonage's documents: fields keep the order in which they were put.
        return Answer.json(200, json.put("dispositionCode", disposition));
    }
}
