package dev.callwatch.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.callwatch.call.CallStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Optional;

/**
 * Writes a status as JSON in UTF-8, member by member, as Jackson writes the record by its annotations. Jackson itself would take
 * three times as long, and nearly every look-up that reads writes one. Safe for concurrent use.
 */
final class StatusWriter {

    /** What a status takes beside Vonage's document, in bytes, about. */
    private static final int BYTES_BESIDE_DOCUMENT = 768;

    private final JsonFactory factory;

    /** @param json its settings count */
    StatusWriter(ObjectMapper json) {
        this.factory = json.getFactory();
    }

    /**
     * A status as JSON.
     *
     * @param body not to be changed
     * @param head how many bytes come before the members that differ between observations
     * @param tail how many bytes come after them
     */
    record Written(byte[] body, int head, int tail) {}

    Written write(CallStatus status) {
        ByteArrayOutputStream body = new ByteArrayOutputStream(
                BYTES_BESIDE_DOCUMENT + status.vonage().length());
        try (JsonGenerator json = factory.createGenerator(body)) {
            json.writeStartObject();
            content(json, status);
            json.flush();
            int head = body.size();
            json.writeRaw(times(status));
            json.flush();
            int end = body.size();
            json.writeRaw(",\"vonage\":");
            json.writeRaw(status.vonage());
            json.writeEndObject();
            json.flush();
            return new Written(body.toByteArray(), head, body.size() - end);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** The members that differ between observations of one content, each with the comma before it. */
    static String times(CallStatus status) {
        CallStatus.Observed observed = status.observed();
        // Most of the time for them would go into the same few moments.
        String at = text(observed.at());
        return ",\"revision\":" + status.revision()
                + ",\"observed\":{\"at\":" + at
                + ",\"firstAt\":" + (observed.firstAt().equals(observed.at()) ? at : text(observed.firstAt()))
                + ",\"lastActiveAt\":"
                + (observed.lastActiveAt().filter(observed.at()::equals).isPresent()
                        ? at
                        : text(observed.lastActiveAt()))
                + ",\"firstEndedAt\":" + text(observed.firstEndedAt())
                + ",\"availableUntil\":" + text(observed.availableUntil())
                + "},\"stale\":" + status.stale();
    }

    private static String text(Optional<Instant> moment) {
        return moment.map(StatusWriter::text).orElse("null");
    }

    private static String text(Instant moment) {
        return '"' + moment.toString() + '"';
    }

    private static void content(JsonGenerator json, CallStatus status) throws IOException {
        json.writeStringField("id", status.id());
        json.writeStringField("account", status.account());
        json.writeStringField("state", status.state().wireName());
        json.writeFieldName("ended");
        if (status.ended().isPresent()) {
            json.writeBoolean(status.ended().get());
        } else {
            json.writeNull();
        }
        json.writeStringField("summary", status.summary());
        json.writeFieldName("from");
        party(json, status.from());
        json.writeFieldName("to");
        party(json, status.to());
        text(json, "recording", status.recording());
        json.writeFieldName("result");
        if (status.result().isPresent()) {
            result(json, status.result().get());
        } else {
            json.writeNull();
        }
        text(json, "disposition", status.disposition());
    }

    private static void party(JsonGenerator json, CallStatus.Party party) throws IOException {
        json.writeStartObject();
        text(json, "telephoneNumber", party.telephoneNumber());
        text(json, "presentedClid", party.presentedClid());
        text(json, "agentId", party.agentId());
        text(json, "e164", party.e164());
        text(json, "country", party.country());
        text(json, "lineType", party.lineType());
        json.writeEndObject();
    }

    private static void result(JsonGenerator json, CallStatus.Result result) throws IOException {
        json.writeStartObject();
        text(json, "code", result.code());
        text(json, "party", result.party());
        text(json, "reason", result.reason());
        json.writeStringField("retry", result.retry().wireName());
        json.writeEndObject();
    }

    private static void text(JsonGenerator json, String name, Optional<String> value) throws IOException {
        json.writeFieldName(name);
        if (value.isPresent()) {
            json.writeString(value.get());
        } else {
            json.writeNull();
        }
    }
}
