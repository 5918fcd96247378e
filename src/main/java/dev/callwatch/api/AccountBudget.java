package dev.callwatch.api;

import dev.callwatch.account.Allowance;
import dev.callwatch.budget.BudgetStatus;
import java.time.Duration;

/**
 * Where the budget of an account stands, in the replica that answers.
 *
 * @param requestsPerMinute requests to Vonage a minute that are allowed now, rounded down; fewer than the most after a 429, and
 *     where replicas share the budget
 * @param maxRequestsPerMinute the most that the settings allow
 * @param available requests that may be sent at once now
 * @param burst the most of them that the settings allow
 * @param pausedFor seconds for which no request is sent, after a 429, rounded up; 0 if the account does not pause
 */
public record AccountBudget(
        long requestsPerMinute, int maxRequestsPerMinute, long available, int burst, long pausedFor) {

    private static final Duration ALMOST_A_SECOND = Duration.ofSeconds(1).minusNanos(1);

    static AccountBudget of(Allowance allowance, BudgetStatus status) {
        return new AccountBudget(
                (long) status.perMinute(),
                allowance.requestsPerMinute(),
                status.available(),
                allowance.burst(),
                status.pause().plus(ALMOST_A_SECOND).toSeconds());
    }
}
