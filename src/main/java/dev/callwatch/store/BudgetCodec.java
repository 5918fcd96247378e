package dev.callwatch.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.callwatch.budget.Backoff;
import dev.callwatch.budget.BudgetLease;
import dev.callwatch.budget.SharedBudget;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A shared budget as JSON. Times and durations are in microseconds, those of Redis' clock since the epoch. */
final class BudgetCodec {

    private static final JsonMapper JSON = new JsonMapper();

    private static final String POOL = "pool";
    private static final String AT = "at";
    private static final String UNKNOWN_SINCE = "unknownSince";
    private static final String LEASES = "leases";
    private static final String HAS = "has";
    private static final String WANTS = "wants";
    private static final String WANTS_MORE = "wantsMore";
    private static final String LENT = "lent";
    private static final String WAITING_SINCE = "waitingSince";
    private static final String EXPIRY = "expiry";
    private static final String BACKOFFS = "backoffs";
    private static final String RATE_AFTER_BACKOFF = "rateAfterBackoff";
    private static final String UNTIL_RESUMED = "untilResumed";

    private BudgetCodec() {}

    static String text(SharedBudget budget) {
        ObjectNode json = JSON.createObjectNode()
                .put(POOL, budget.pool())
                .put(AT, micros(budget.at()))
                .put(UNKNOWN_SINCE, micros(budget.unknownSince()));
        put(json, budget.backoff());
        ObjectNode leases = json.putObject(LEASES);
        budget.leases().forEach((replica, lease) -> put(leases.putObject(replica), lease));
        return json.toString();
    }

    /** Nothing where the text is none of ours. */
    static Optional<SharedBudget> budget(String text) {
        try {
            JsonNode json = JSON.readTree(text);
            if (!json.path(LEASES).isObject() || !json.path(AT).isIntegralNumber()) {
                return Optional.empty();
            }
            Map<String, BudgetLease> leases = new HashMap<>();
            json.get(LEASES).fields().forEachRemaining(lease -> leases.put(lease.getKey(), lease(lease.getValue())));
            return Optional.of(new SharedBudget(
                    leases,
                    json.path(POOL).asLong(),
                    instant(json.get(AT)),
                    instant(json.path(UNKNOWN_SINCE)),
                    backoff(json)));
        } catch (JsonProcessingException foreign) {
            return Optional.empty();
        }
    }

    /** Adds how the rate has adapted. */
    static ObjectNode put(ObjectNode json, Backoff backoff) {
        return json.put(BACKOFFS, backoff.count())
                .put(RATE_AFTER_BACKOFF, backoff.rateAfterBackoff())
                .put(UNTIL_RESUMED, backoff.untilResumed().toNanos() / 1_000);
    }

    /** Whether there is how a rate has adapted. */
    static boolean hasBackoff(JsonNode json) {
        return json.has(BACKOFFS);
    }

    static Backoff backoff(JsonNode json) {
        return new Backoff(
                json.path(BACKOFFS).asLong(),
                json.path(RATE_AFTER_BACKOFF).asLong(),
                Duration.of(json.path(UNTIL_RESUMED).asLong(), ChronoUnit.MICROS));
    }

    private static void put(ObjectNode json, BudgetLease lease) {
        json.put(HAS, lease.has())
                .put(WANTS, lease.wants())
                .put(WANTS_MORE, lease.wantsMore())
                .put(LENT, lease.lent())
                .put(EXPIRY, micros(lease.expiry()));
        lease.waitingSince().ifPresent(since -> json.put(WAITING_SINCE, micros(since)));
    }

    private static BudgetLease lease(JsonNode json) {
        return new BudgetLease(
                json.path(HAS).asInt(),
                json.path(WANTS).asInt(),
                json.path(WANTS_MORE).asInt(),
                json.path(LENT).asLong(),
                Optional.of(json.path(WAITING_SINCE))
                        .filter(JsonNode::isIntegralNumber)
                        .map(BudgetCodec::instant),
                instant(json.path(EXPIRY)));
    }

    private static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    private static Instant instant(JsonNode micros) {
        return Instant.EPOCH.plus(micros.asLong(), ChronoUnit.MICROS);
    }
}
