package dev.callwatch.call;

import java.time.Duration;
import java.time.Instant;

/**
 * How long an answer counts as fresh.
 *
 * @param active while the call is active or in an unknown state
 * @param ended once it has ended
 * @param missing where Vonage does not know it
 * @param dispositionWindow how long after its end a call is read more often because its disposition may come
 */
record Freshness(Duration active, Duration ended, Duration missing, Duration dispositionWindow) {

    private static final Duration AWAITING_DISPOSITION = Duration.ofSeconds(30);

    /** Whether a status that was read that long ago is fresh. */
    boolean isFresh(CallStatus status, Duration age) {
        return age.compareTo(lifetime(status)) < 0;
    }

    /** Whether a 404 that was answered that long ago is fresh. */
    boolean isFreshlyMissing(Duration age) {
        return age.compareTo(missing) < 0;
    }

    Duration lifetime(CallStatus status) {
        if (!status.ended().orElse(false)) {
            return active;
        }
        return awaitedDisposition(status) && AWAITING_DISPOSITION.compareTo(ended) < 0 ? AWAITING_DISPOSITION : ended;
    }

    /**
     * Whether it has ended, and its disposition is set or no longer waited for.
     *
     * @param now the time of day
     */
    boolean isSettled(CallStatus status, Instant now) {
        boolean pastWindow = status.observed()
                .firstEndedAt()
                .filter(end -> !now.isBefore(end.plus(dispositionWindow)))
                .isPresent();
        return status.ended().orElse(false) && (status.disposition().isPresent() || pastWindow);
    }

    private boolean awaitedDisposition(CallStatus status) {
        return status.disposition().isEmpty()
                && status.observed()
                        .firstEndedAt()
                        .filter(end -> status.observed().at().isBefore(end.plus(dispositionWindow)))
                        .isPresent();
    }
}
