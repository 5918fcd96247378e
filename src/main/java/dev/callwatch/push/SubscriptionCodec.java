package dev.callwatch.push;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.callwatch.access.Caller;
import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallGuid;
import dev.callwatch.push.StoredSubscription.CallProgress;
import dev.callwatch.push.StoredSubscription.StoredEvent;
import dev.callwatch.watch.EventType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Writes subscriptions as named fields, and reads them: {@code subscription} and {@code progress}, and one field for each call and
 * each event that is not delivered yet, so that a change writes little. Without reflection.
 */
final class SubscriptionCodec {

    static final String SUBSCRIPTION = "subscription";
    static final String PROGRESS = "progress";

    private static final String CALL = "call:";
    private static final String EVENT = "event:";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private SubscriptionCodec() {}

    static String callField(CallGuid guid) {
        return CALL + guid;
    }

    static String eventField(String eventId) {
        return EVENT + eventId;
    }

    /** All fields. */
    static Map<String, String> encode(StoredSubscription stored) {
        Map<String, String> fields = new HashMap<>();
        fields.put(SUBSCRIPTION, encode(stored.subscription()));
        fields.put(PROGRESS, encode(stored.progress()));
        fields.putAll(encode(stored.calls(), stored.events()));
        return fields;
    }

    /** The fields of calls and of events, which {@link #calls} and {@link #events} read. */
    static Map<String, String> encode(Map<CallGuid, CallProgress> calls, List<StoredEvent> events) {
        Map<String, String> fields = new HashMap<>();
        calls.forEach((guid, progress) -> fields.put(callField(guid), encode(progress)));
        events.forEach(event -> fields.put(eventField(event.event().id()), encode(event)));
        return fields;
    }

    /** Reads all fields; nothing where they are not those of a subscription. */
    static Optional<StoredSubscription> decode(Map<String, String> fields) {
        if (!fields.containsKey(SUBSCRIPTION)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new StoredSubscription(
                    subscription(JSON.readTree(fields.get(SUBSCRIPTION))),
                    progress(JSON.readTree(fields.getOrDefault(PROGRESS, "{}"))),
                    calls(fields),
                    events(fields)));
        } catch (JsonProcessingException | RuntimeException unreadable) {
            return Optional.empty();
        }
    }

    /** How far each call has come. Fails with any exception where a field is malformed. */
    static Map<CallGuid, CallProgress> calls(Map<String, String> fields) throws JsonProcessingException {
        Map<CallGuid, CallProgress> calls = new HashMap<>();
        for (Map.Entry<String, String> field : fields.entrySet()) {
            if (field.getKey().startsWith(CALL)) {
                JsonNode node = JSON.readTree(field.getValue());
                calls.put(
                        new CallGuid(field.getKey().substring(CALL.length())),
                        new CallProgress(
                                node.path("revision").asLong(),
                                node.path("settled").asBoolean()));
            }
        }
        return calls;
    }

    /** The events that are not delivered yet, in their order. Fails with any exception where a field is malformed. */
    static List<StoredEvent> events(Map<String, String> fields) throws JsonProcessingException {
        List<StoredEvent> events = new ArrayList<>();
        for (Map.Entry<String, String> field : fields.entrySet()) {
            if (field.getKey().startsWith(EVENT)) {
                events.add(event(JSON.readTree(field.getValue())));
            }
        }
        events.sort(Comparator.comparingLong(StoredEvent::number));
        return events;
    }

    static String encode(CallProgress progress) {
        return JSON.createObjectNode()
                .put("revision", progress.revision())
                .put("settled", progress.settled())
                .toString();
    }

    static String encode(Progress progress) {
        ObjectNode node = JSON.createObjectNode();
        progress.ended().ifPresent(reason -> node.put("ended", reason.name()));
        node.put("lastSent", progress.lastSent())
                .put("finished", progress.finished())
                .put("accepted", progress.accepted())
                .put("delivered", progress.delivered())
                .put("failed", progress.failed());
        progress.lastAttemptAt().ifPresent(at -> node.put("lastAttemptAt", at.toString()));
        progress.lastAnswer().ifPresent(answer -> node.put("lastAnswer", answer));
        return node.toString();
    }

    private static Progress progress(JsonNode node) {
        return new Progress(
                text(node, "ended").map(TerminationReason::valueOf),
                node.path("lastSent").asBoolean(),
                node.path("finished").asBoolean(),
                node.path("accepted").asInt(),
                node.path("delivered").asLong(),
                node.path("failed").asLong(),
                text(node, "lastAttemptAt").map(Instant::parse),
                text(node, "lastAnswer"));
    }

    static String encode(StoredEvent stored) {
        PushEvent event = stored.event();
        ObjectNode node = JSON.createObjectNode().put("number", stored.number());
        stored.call().ifPresent(guid -> node.put("call", guid.value()));
        node.put("mode", stored.mode().wireName())
                .put("acceptedAt", stored.acceptedAt().toString())
                .put("id", event.id())
                .put("source", event.source())
                .put("type", event.type())
                .put("subject", event.subject())
                .put("time", event.time().toString());
        event.sequence().ifPresent(sequence -> node.put("sequence", sequence));
        event.traceparent().ifPresent(traceparent -> node.put("traceparent", traceparent));
        return node.put("data", event.data()).toString();
    }

    private static StoredEvent event(JsonNode node) {
        PushEvent event = new PushEvent(
                node.path("id").asText(),
                node.path("source").asText(),
                node.path("type").asText(),
                node.path("subject").asText(),
                Instant.parse(node.path("time").asText()),
                node.has("sequence") ? OptionalLong.of(node.path("sequence").asLong()) : OptionalLong.empty(),
                text(node, "traceparent"),
                node.path("data").asText());
        return new StoredEvent(
                node.path("number").asLong(),
                text(node, "call").map(CallGuid::new),
                ContentMode.parse(node.path("mode").asText()).orElse(ContentMode.STRUCTURED),
                Instant.parse(node.path("acceptedAt").asText()),
                event);
    }

    private static String encode(Subscription subscription) {
        ObjectNode node = JSON.createObjectNode().put("id", subscription.id());
        node.set("caller", encode(subscription.caller()));
        node.put("account", subscription.account().value()).put("sink", subscription.sink());
        subscription.contentMode().ifPresent(mode -> node.put("contentMode", mode.wireName()));
        node.set("types", array(subscription.types().names()));
        node.set(
                "calls",
                array(subscription.calls().stream().map(CallGuid::value).toList()));
        node.put("startsAt", subscription.startsAt().toString())
                .put("expiresAt", subscription.expiresAt().toString())
                .put("initialEvent", subscription.initialEvent());
        subscription.maxEvents().ifPresent(most -> node.put("maxEvents", most));
        subscription.ratePerMinute().ifPresent(rate -> node.put("ratePerMinute", rate));
        subscription.traceparent().ifPresent(traceparent -> node.put("traceparent", traceparent));
        return node.toString();
    }

    private static ObjectNode encode(Caller caller) {
        ObjectNode node = JSON.createObjectNode()
                .put("issuerName", caller.issuerName())
                .put("issuer", caller.issuer())
                .put("subject", caller.subject());
        node.set("groups", array(caller.groups()));
        node.set("scopes", array(caller.scopes()));
        return node;
    }

    private static Subscription subscription(JsonNode node) {
        JsonNode caller = node.path("caller");
        Set<EventType> types = new HashSet<>();
        texts(node.path("types")).forEach(name -> EventTypes.parse(name).ifPresent(types::add));
        Set<CallGuid> calls = new LinkedHashSet<>();
        texts(node.path("calls")).forEach(guid -> calls.add(new CallGuid(guid)));
        return new Subscription(
                node.path("id").asText(),
                new Caller(
                        caller.path("issuerName").asText(),
                        caller.path("issuer").asText(),
                        caller.path("subject").asText(),
                        new HashSet<>(texts(caller.path("groups"))),
                        new HashSet<>(texts(caller.path("scopes"))),
                        Optional.empty()),
                new AccountKey(node.path("account").asText()),
                node.path("sink").asText(),
                text(node, "contentMode").flatMap(ContentMode::parse),
                new EventTypes(types),
                calls,
                Instant.parse(node.path("startsAt").asText()),
                Instant.parse(node.path("expiresAt").asText()),
                number(node, "maxEvents"),
                node.path("initialEvent").asBoolean(),
                number(node, "ratePerMinute"),
                text(node, "traceparent"));
    }

    private static ArrayNode array(Collection<String> texts) {
        ArrayNode array = JSON.createArrayNode();
        texts.forEach(array::add);
        return array;
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(element -> texts.add(element.asText()));
        return texts;
    }

    private static Optional<String> text(JsonNode node, String name) {
        return node.has(name) ? Optional.of(node.path(name).asText()) : Optional.empty();
    }

    private static OptionalInt number(JsonNode node, String name) {
        return node.has(name) ? OptionalInt.of(node.path(name).asInt()) : OptionalInt.empty();
    }
}
