package dev.callwatch.budget;

import java.time.Duration;

/**
 * Where the budget of an account stands in this process. Replicas that share a budget have a part of it each.
 *
 * @param perMinute requests a minute that are allowed now; fewer after a 429
 * @param available permits that are there now
 * @param pause for how long no request is sent, after a 429; zero if the account does not pause
 */
public record BudgetStatus(double perMinute, long available, Duration pause) {}
