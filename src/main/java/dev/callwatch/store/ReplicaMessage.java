package dev.callwatch.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.UpstreamFailure;
import java.time.Duration;
import java.util.Optional;

/** What replicas tell each other, as JSON; who does not know a field leaves it alone. */
sealed interface ReplicaMessage {

    /** A replica is there. */
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

    /** As text. */
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
        }
        return json.toString();
    }

    /** Reads a text; nothing where it means nothing here. */
    static Optional<ReplicaMessage> of(String text) {
        try {
            JsonNode json = Format.JSON.readTree(text);
            if (json.has(Format.REPLICA)) {
                return Optional.of(new Present(json.get(Format.REPLICA).asText()));
            }
            Optional<CallKey> call = AccountKey.parse(json.path(Format.ACCOUNT).asText())
                    .flatMap(account ->
                            CallGuid.parse(json.path(Format.CALL).asText()).map(guid -> new CallKey(account, guid)));
            return call.map(key -> json.has(Format.PROBLEM)
                    ? new GivenUp(key, Format.reason(json))
                    : new Kept(
                            key,
                            json.path(Format.REVISION).asLong(),
                            json.path(Format.BY).asText()));
        } catch (JsonProcessingException unknown) {
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
                    ? Optional.of(Duration.ofMillis(json.get(RETRY_AFTER).asLong()))
                    : Optional.empty();
            return UpstreamFailure.ofOtherReplica(
                    SnapshotCodec.problem(json.get(PROBLEM).asText()),
                    json.path(DETAIL).asText(),
                    retryAfter);
        }
    }
}
