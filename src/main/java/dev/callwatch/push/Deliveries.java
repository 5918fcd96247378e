package dev.callwatch.push;

import java.time.Instant;
import java.util.Optional;

/**
 * How the deliveries of a subscription stand.
 *
 * @param pending events that are not delivered yet
 * @param delivered events that the sink accepted
 * @param failed events that were given up
 * @param lastAttemptAt when the sink was last called
 * @param lastAnswer its status code then, or why there was none, such as {@code timeout}
 * @param nextAttemptAt when the next attempt is due; empty where none is scheduled, or where it waits for its turn
 */
public record Deliveries(
        int pending,
        long delivered,
        long failed,
        Optional<Instant> lastAttemptAt,
        Optional<String> lastAnswer,
        Optional<Instant> nextAttemptAt) {}
