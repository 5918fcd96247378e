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

    /** More than any burst. */
    private static final long MOST_UNITS = 100_000_000_000_000L;

    /** More than any setting allows. */
    private static final long MOST_PER_MINUTE = 1_000_000;

    /** A 429 each second for longer than any Redis runs. */
    private static final long MOST_BACKOFFS = 1L << 40;

    /** A pause that ended longer ago is forgotten. */
    private static final Duration LONGEST_SINCE = Duration.ofDays(2);

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

    /**
     * Reads a budget.
     *
     * @param now by the clock of Redis
     * @return nothing where the text is none of ours, or has a value that no replica would write
     */
    static Optional<SharedBudget> budget(String text, Instant now) {
        try {
            JsonNode json = JSON.readTree(text);
            if (!json.path(LEASES).isObject() || !json.path(AT).isIntegralNumber()) {
                return Optional.empty();
            }
            Map<String, BudgetLease> leases = new HashMap<>();
            json.get(LEASES).properties().forEach(lease -> leases.put(lease.getKey(), lease(lease.getValue(), now)));
            Plausible.within(
                    0, leases.values().stream().mapToInt(BudgetLease::has).sum(), SharedBudget.WHOLE);
            return Optional.of(new SharedBudget(
                    leases,
                    Plausible.within(0, json.path(POOL).asLong(), MOST_UNITS),
                    instant(json.get(AT), now),
                    instant(json.path(UNKNOWN_SINCE), now),
                    backoff(json)));
        } catch (JsonProcessingException | IllegalArgumentException foreign) {
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

    /** @throws IllegalArgumentException where a value is out of range */
    static Backoff backoff(JsonNode json) {
        return new Backoff(
                Plausible.within(0, json.path(BACKOFFS).asLong(), MOST_BACKOFFS),
                Plausible.within(1, json.path(RATE_AFTER_BACKOFF).asLong(), MOST_PER_MINUTE),
                Duration.of(
                        Plausible.within(
                                micros(LONGEST_SINCE.negated()),
                                json.path(UNTIL_RESUMED).asLong(),
                                micros(Plausible.LONGEST_WAIT)),
                        ChronoUnit.MICROS));
    }

    private static void put(ObjectNode json, BudgetLease lease) {
        json.put(HAS, lease.has())
                .put(WANTS, lease.wants())
                .put(WANTS_MORE, lease.wantsMore())
                .put(LENT, lease.lent())
                .put(EXPIRY, micros(lease.expiry()));
        lease.waitingSince().ifPresent(since -> json.put(WAITING_SINCE, micros(since)));
    }

    private static BudgetLease lease(JsonNode json, Instant now) {
        return new BudgetLease(
                part(json.path(HAS)),
                part(json.path(WANTS)),
                part(json.path(WANTS_MORE)),
                Plausible.within(0, json.path(LENT).asLong(), MOST_UNITS),
                Optional.of(json.path(WAITING_SINCE))
                        .filter(JsonNode::isIntegralNumber)
                        .map(since -> instant(since, now)),
                instant(json.path(EXPIRY), now));
    }

    private static int part(JsonNode json) {
        return (int) Plausible.within(0, json.asLong(), SharedBudget.WHOLE);
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }

    private static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    /** The clock of Redis may have been put back since; it need not agree with that of this process. */
    private static Instant instant(JsonNode micros, Instant now) {
        return Instant.EPOCH.plus(
                Plausible.within(0, micros.asLong(), micros(now.plus(Plausible.AHEAD))), ChronoUnit.MICROS);
    }
}
