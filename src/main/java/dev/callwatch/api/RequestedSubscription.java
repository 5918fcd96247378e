package dev.callwatch.api;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallGuid;
import dev.callwatch.problem.InvalidRequest;
import dev.callwatch.problem.Violation;
import dev.callwatch.push.ContentMode;
import dev.callwatch.push.EventTypes;
import dev.callwatch.push.SinkUrl;
import dev.callwatch.push.Subscriptions;
import dev.callwatch.watch.EventType;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A subscription, as the body of the request describes it.
 *
 * @param account the account's key
 * @param subscription what is asked for
 */
record RequestedSubscription(AccountKey account, Subscriptions.Requested subscription) {

    static final int MOST_CALLS = 100;
    static final int MOST_EVENTS = 1_000_000;

    /** Clocks of callers may be ahead. */
    private static final Duration TOLERANCE = Duration.ofMinutes(1);

    private static final Pattern SINK_NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build()
            .reader();

    /**
     * Reads the request.
     *
     * @param traceparent of the request
     * @param now the time of day
     * @throws InvalidRequest if a part is malformed, or is none that is known; it names every such part
     */
    static RequestedSubscription of(String accountKey, byte[] body, Optional<String> traceparent, Instant now) {
        Optional<AccountKey> account = AccountKey.parse(accountKey);
        List<Violation> violations = new ArrayList<>();
        if (account.isEmpty()) {
            violations.add(RequestedCall.MALFORMED_ACCOUNT);
        }
        Subscriptions.Requested requested = new Parser(violations, now).read(parse(body), traceparent);
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return new RequestedSubscription(account.get(), requested);
    }

    private static JsonNode parse(byte[] body) {
        try {
            JsonNode document = JSON.readTree(body);
            if (document.isObject()) {
                return document;
            }
        } catch (IOException malformed) {
            // Refused below, like a value of the wrong kind.
        }
        throw new InvalidRequest(List.of(new Violation("body", "must be a JSON object without repeated fields")));
    }

    /** Reads the fields, and notes what is wrong with them. */
    private record Parser(List<Violation> violations, Instant now) {

        private Subscriptions.Requested read(JsonNode body, Optional<String> traceparent) {
            known(body, "", Set.of("protocol", "sink", "protocolSettings", "types", "config"));
            if (!"HTTP".equals(body.path("protocol").asText())) {
                add("protocol", "must be HTTP");
            }
            JsonNode protocolSettings = object(body, "", "protocolSettings");
            known(protocolSettings, "protocolSettings.", Set.of("contentMode"));
            JsonNode config = object(body, "", "config");
            known(
                    config,
                    "config.",
                    Set.of("subscriptionDetail", "subscriptionExpireTime", "subscriptionMaxEvents", "initialEvent"));
            JsonNode detail = object(config, "config.", "subscriptionDetail");
            known(detail, "config.subscriptionDetail.", Set.of("calls"));
            return new Subscriptions.Requested(
                    sink(body.path("sink")),
                    contentMode(protocolSettings.path("contentMode")),
                    types(body.path("types")),
                    calls(detail.path("calls")),
                    expiresAt(config.path("subscriptionExpireTime")),
                    maxEvents(config.path("subscriptionMaxEvents")),
                    initialEvent(config.path("initialEvent")),
                    traceparent);
        }

        private void add(String field, String message) {
            violations.add(new Violation(field, message));
        }

        private void known(JsonNode object, String prefix, Set<String> names) {
            Iterator<String> fields = object.fieldNames();
            while (fields.hasNext()) {
                String name = fields.next();
                if (!names.contains(name)) {
                    add(prefix + shown(name), "is not a field of a subscription");
                }
            }
        }

        /** What was sent could be anything. */
        private static String shown(String name) {
            return SINK_NAME.matcher(name).matches() ? name : "?";
        }

        private JsonNode object(JsonNode parent, String prefix, String name) {
            JsonNode node = parent.path(name);
            if (!node.isObject() && !node.isMissingNode()) {
                add(prefix + name, "must be a JSON object");
            }
            return node;
        }

        private String sink(JsonNode node) {
            boolean wellFormed = node.isTextual()
                    && (SINK_NAME.matcher(node.asText()).matches()
                            || SinkUrl.parse(node.asText()).isPresent());
            if (!wellFormed) {
                add(
                        "sink",
                        "must be an http or https URL of at most 2048 characters without user, fragment and dot segments,"
                                + " or the name of a sink of the settings");
            }
            return node.asText();
        }

        private Optional<ContentMode> contentMode(JsonNode node) {
            if (node.isMissingNode()) {
                return Optional.empty();
            }
            Optional<ContentMode> mode = ContentMode.parse(node.isTextual() ? node.asText() : "");
            if (mode.isEmpty()) {
                add("protocolSettings.contentMode", "must be structured or binary");
            }
            return mode;
        }

        private EventTypes types(JsonNode node) {
            if (node.isMissingNode()) {
                return EventTypes.ALL;
            }
            if (!node.isArray() || node.isEmpty()) {
                add("types", "must be a list of at least one type, or absent for all types");
                return EventTypes.ALL;
            }
            Set<EventType> types = EnumSet.noneOf(EventType.class);
            for (int i = 0; i < node.size(); i++) {
                Optional<EventType> type =
                        EventTypes.parse(node.get(i).isTextual() ? node.get(i).asText() : "");
                type.ifPresent(types::add);
                if (type.isEmpty()) {
                    add("types[" + i + "]", "must be the type of an event, such as dev.callwatch.call.completed");
                }
            }
            return new EventTypes(types);
        }

        private Set<CallGuid> calls(JsonNode node) {
            Set<CallGuid> calls = new LinkedHashSet<>();
            String field = "config.subscriptionDetail.calls";
            if (!node.isArray() || node.isEmpty() || node.size() > MOST_CALLS) {
                add(field, "must be a list of 1 to " + MOST_CALLS + " GUIDs");
                return calls;
            }
            for (int i = 0; i < node.size(); i++) {
                Optional<CallGuid> guid =
                        CallGuid.parse(node.get(i).isTextual() ? node.get(i).asText() : "");
                guid.ifPresent(calls::add);
                if (guid.isEmpty()) {
                    add(field + "[" + i + "]", RequestedCall.GUID_FORM);
                }
            }
            return calls;
        }

        private Optional<Instant> expiresAt(JsonNode node) {
            if (node.isMissingNode()) {
                return Optional.empty();
            }
            try {
                Instant end = OffsetDateTime.parse(node.isTextual() ? node.asText() : "")
                        .toInstant();
                Instant latest = now.plus(Subscriptions.LONGEST).plus(TOLERANCE);
                if (end.isAfter(now) && !end.isAfter(latest)) {
                    return Optional.of(end);
                }
            } catch (DateTimeException malformed) {
                // Refused below, like a value of the wrong kind.
            }
            add(
                    "config.subscriptionExpireTime",
                    "must be a time in RFC 3339 form, in the future and at most 24 hours from now");
            return Optional.empty();
        }

        private OptionalInt maxEvents(JsonNode node) {
            if (node.isMissingNode()) {
                return OptionalInt.empty();
            }
            if (node.isInt() && node.asInt() >= 1 && node.asInt() <= MOST_EVENTS) {
                return OptionalInt.of(node.asInt());
            }
            add("config.subscriptionMaxEvents", "must be a whole number from 1 to " + MOST_EVENTS);
            return OptionalInt.empty();
        }

        private boolean initialEvent(JsonNode node) {
            if (!node.isMissingNode() && !node.isBoolean()) {
                add("config.initialEvent", "must be true or false");
            }
            return node.asBoolean();
        }
    }
}
