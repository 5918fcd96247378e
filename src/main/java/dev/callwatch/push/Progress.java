package dev.callwatch.push;

import java.time.Instant;
import java.util.Optional;

/**
 * How far a subscription has come, beside its calls.
 *
 * @param ended why it ended
 * @param lastSent whether the event about its end was made
 * @param finished whether nothing is left to deliver
 * @param accepted how many events there were
 * @param delivered how many of them the sink accepted
 * @param failed how many were given up
 */
record Progress(
        Optional<TerminationReason> ended,
        boolean lastSent,
        boolean finished,
        int accepted,
        long delivered,
        long failed,
        Optional<Instant> lastAttemptAt,
        Optional<String> lastAnswer) {

    static final Progress NONE =
            new Progress(Optional.empty(), false, false, 0, 0, 0, Optional.empty(), Optional.empty());
}
