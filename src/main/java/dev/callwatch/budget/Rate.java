package dev.callwatch.budget;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Optional;

/**
 * How often one account may be asked, whoever shares it. It adapts: a 429 halves it and pauses it, and it grows back by
 * itself. What is estimated may be off where others take as well; only {@link #take} knows. Safe for concurrent use, and
 * nothing blocks.
 */
public interface Rate {

    /**
     * Takes one permit. Estimates count it from the call on, so subscribe at once, once, and to the end.
     *
     * @return the permit, or nothing where none is there or the account pauses; it never fails
     */
    Uni<Optional<Taken>> take();

    /** What was taken. */
    interface Taken {

        /** Puts it back; it was of no use. */
        void putBack();

        /**
         * Tells of a 429 to what it was used for: pauses at once, and halves what is allowed unless it had been taken already
         * when that was halved last.
         *
         * @param retryAfter how long to pause, 5 minutes at most; 2 to 4 s where empty
         * @return whether it was halved, so that of all who share exactly one learns it; as far as is known here, where they
         *     cannot be asked. It never fails, and need not be subscribed to
         */
        Uni<Boolean> throttled(Optional<Duration> retryAfter);
    }

    /**
     * Makes sure that estimates are not older than they may be for a background poll.
     *
     * @return an item once they are, at once where nobody else takes; it never fails
     */
    Uni<Void> refreshed();

    /** How long until so many permits are there; zero if they are. An estimate. */
    Duration until(long permits);

    /** How far apart permits come. */
    Duration period();

    /** How many permits a background poll leaves to others: half of what there may be at once. */
    long reserve();

    /** How long nothing is given any more; zero if it does not pause. */
    Duration pause();

    /** Whether nothing is given now, after a 429. */
    default boolean isPaused() {
        return !pause().isZero();
    }

    /** Requests a minute that are allowed now, all sharers together. */
    long perMinute();

    /** Permits that are there. An estimate. */
    long available();

    /** How many share what is allowed, this process included; at least 1. */
    int sharers();
}
