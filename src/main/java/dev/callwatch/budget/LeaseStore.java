package dev.callwatch.budget;

import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Optional;

/** Where replicas keep what they share of one account's budget. A port. It stores and compares; it decides nothing. */
public interface LeaseStore {

    /**
     * What was read.
     *
     * @param budget nothing where the store knows of none
     * @param at when, by the store's clock
     * @param version identifies what was read
     */
    record Reading(Optional<SharedBudget> budget, Instant at, String version) {}

    /** Reads; fails where the store cannot be used. */
    Uni<Reading> read();

    /**
     * Replaces what was read.
     *
     * @param announcement what other replicas have to know of at once
     * @return whether it was replaced; false where another replica was faster. Fails where the store cannot be used, and then
     *     it may have been replaced
     */
    Uni<Boolean> replace(Reading read, SharedBudget next, Optional<Backoff> announcement);
}
