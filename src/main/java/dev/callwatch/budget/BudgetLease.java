package dev.callwatch.budget;

import java.time.Instant;
import java.util.Optional;

/**
 * What a replica is given of an account's budget, for a while. Times are by the clock of the lease store.
 *
 * @param has its part of the rate and of the burst, in {@link AdaptiveTokenBucket#WHOLE}ths
 * @param wants the part that its requests, and a quarter's worth of its polls, could use when it was seen last
 * @param wantsMore the part that its other polls could use beyond that
 * @param lent how many units it may hold beyond its part of the burst
 * @param waitingSince since when it waits for its turn to take from the pool, where it does
 * @param expiry when the lease ends unless it is renewed
 */
public record BudgetLease(
        int has, int wants, int wantsMore, long lent, Optional<Instant> waitingSince, Instant expiry) {

    /** The same, but it ends no later than at some moment. */
    BudgetLease endingBy(Instant latest) {
        return expiry.isAfter(latest) ? new BudgetLease(has, wants, wantsMore, lent, waitingSince, latest) : this;
    }
}
