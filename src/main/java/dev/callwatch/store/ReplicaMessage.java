package dev.callwatch.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.callwatch.account.AccountKey;
import dev.callwatch.budget.Backoff;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.UpstreamFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

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

        private Format() {}

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
