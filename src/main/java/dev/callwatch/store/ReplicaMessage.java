package dev.callwatch.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.callwatch.account.AccountKey;
import dev.callwatch.budget.Backoff;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallHint;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.UpstreamFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What replicas publish for each other, as JSON; fields that are not known are ignored. */
sealed interface ReplicaMessage {

    /** A replica is running. */
    record Present(String replica) implements ReplicaMessage {}

    /**
     * Something was kept of a call.
     *
     * @param revision its revision since
     * @param by the replica that kept it
     */
    record Kept(CallKey call, long revision, String by) implements ReplicaMessage {}

    /** A call could not be read, and nothing was kept of that. */
    record GivenUp(CallKey call, UpstreamFailure reason) implements ReplicaMessage {}

    /** Vonage has answered 429, or asks for a longer pause than was known. */
    record Throttled(AccountKey account, Backoff backoff) implements ReplicaMessage {}

    /**
     * Vonage has sent a notification.
     *
     * @param by the replica that received it, and acts on it
     */
    record Hinted(CallHint hint, String by) implements ReplicaMessage {}

    /**
     * A replica follows a call because of notifications.
     *
     * @param by that replica
     */
    record Followed(CallKey call, String by) implements ReplicaMessage {}

    /** A revision was appended to the log of an account. */
    record Appended(AccountKey account) implements ReplicaMessage {}

    /** The message as JSON. */
    default String text() {
        ObjectNode json = Format.JSON.createObjectNode();
        if (this instanceof Present present) {
            json.put(Format.REPLICA, present.replica());
        } else if (this instanceof Kept kept) {
            Format.call(json, kept.call()).put(Format.REVISION, kept.revision()).put(Format.BY, kept.by());
        } else if (this instanceof GivenUp given) {
            Format.call(json, given.call())
                    .put(Format.PROBLEM, given.reason().type().name())
                    .put(Format.DETAIL, given.reason().getMessage());
            given.reason().retryAfter().ifPresent(wait -> json.put(Format.RETRY_AFTER, wait.toMillis()));
        } else if (this instanceof Throttled throttled) {
            BudgetCodec.put(json.put(Format.ACCOUNT, throttled.account().value()), throttled.backoff());
        } else if (this instanceof Hinted hinted) {
            Format.hint(json, hinted.hint()).put(Format.BY, hinted.by());
        } else if (this instanceof Followed followed) {
            json.put(Format.ACCOUNT, followed.call().account().value())
                    .put(Format.FOLLOWED, followed.call().guid().value())
                    .put(Format.BY, followed.by());
        } else if (this instanceof Appended appended) {
            json.put(Format.ACCOUNT, appended.account().value()).put(Format.APPENDED, true);
        }
        return json.toString();
    }

    /**
     * Reads a message.
     *
     * @param now the time of day
     * @return nothing where it is none that is known here, or has a value that no replica would send
     */
    static Optional<ReplicaMessage> of(String text, Instant now) {
        try {
            JsonNode json = Format.JSON.readTree(text);
            if (json.has(Format.REPLICA)) {
                return Optional.of(new Present(json.get(Format.REPLICA).asText()));
            }
            Optional<AccountKey> account =
                    AccountKey.parse(json.path(Format.ACCOUNT).asText());
            if (BudgetCodec.hasBackoff(json)) {
                return account.map(key -> new Throttled(key, BudgetCodec.backoff(json)));
            }
            if (json.has(Format.APPENDED)) {
                return account.map(Appended::new);
            }
            if (json.has(Format.NOTIFICATION)) {
                return account.flatMap(key -> Format.hint(json, key))
                        .map(hint -> new Hinted(hint, json.path(Format.BY).asText()));
            }
            if (json.has(Format.FOLLOWED)) {
                return account.flatMap(key -> CallGuid.parse(
                                json.get(Format.FOLLOWED).asText())
                        .map(guid -> new Followed(
                                new CallKey(key, guid), json.path(Format.BY).asText())));
            }
            Optional<CallKey> call = account.flatMap(
                    key -> CallGuid.parse(json.path(Format.CALL).asText()).map(guid -> new CallKey(key, guid)));
            return call.map(key -> json.has(Format.PROBLEM)
                    ? new GivenUp(key, Format.reason(json))
                    : new Kept(
                            key,
                            Plausible.revision(json.path(Format.REVISION).asLong(), now),
                            json.path(Format.BY).asText()));
        } catch (JsonProcessingException | IllegalArgumentException unknown) {
            return Optional.empty();
        }
    }

    /** The names of the fields. */
    final class Format {

        private static final JsonMapper JSON = new JsonMapper();
        private static final String REPLICA = "replica";
        private static final String ACCOUNT = "account";
        private static final String CALL = "call";
        private static final String REVISION = "revision";
        private static final String BY = "by";
        private static final String PROBLEM = "problem";
        private static final String DETAIL = "detail";
        private static final String RETRY_AFTER = "retryAfterMs";

        private static final String APPENDED = "appended";
        private static final String FOLLOWED = "followed";
        private static final String NOTIFICATION = "notification";
        private static final String CALLS = "calls";
        private static final String KIND = "kind";

        private Format() {}

        private static ObjectNode hint(ObjectNode json, CallHint hint) {
            json.put(ACCOUNT, hint.account().value())
                    .put(NOTIFICATION, hint.notification())
                    .put(KIND, hint.kind().name());
            ArrayNode calls = json.putArray(CALLS);
            hint.calls().forEach(guid -> calls.add(guid.value()));
            return json;
        }

        /** Nothing where a newer release knows a kind that this one does not. */
        private static Optional<CallHint> hint(JsonNode json, AccountKey account) {
            Set<CallGuid> calls = new LinkedHashSet<>();
            json.path(CALLS).forEach(guid -> CallGuid.parse(guid.asText()).ifPresent(calls::add));
            return Stream.of(CallHint.Kind.values())
                    .filter(kind -> kind.name().equals(json.path(KIND).asText()))
                    .findFirst()
                    .map(kind -> new CallHint(
                            account, calls, kind, json.get(NOTIFICATION).asText()));
        }

        private static ObjectNode call(ObjectNode json, CallKey call) {
            return json.put(ACCOUNT, call.account().value())
                    .put(CALL, call.guid().value());
        }

        private static UpstreamFailure reason(JsonNode json) {
            Optional<Duration> retryAfter = json.has(RETRY_AFTER)
                    ? Optional.of(Plausible.retryAfter(json.get(RETRY_AFTER).asLong()))
                    : Optional.empty();
            return UpstreamFailure.ofOtherReplica(
                    SnapshotCodec.problem(json.get(PROBLEM).asText()),
                    json.path(DETAIL).asText(),
                    retryAfter);
        }
    }
}
