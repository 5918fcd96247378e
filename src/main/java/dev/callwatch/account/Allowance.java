package dev.callwatch.account;

/**
 * How often Vonage may be asked on behalf of one account.
 *
 * @param requestsPerMinute the sustained rate, 1 to 100,000; refilled continuously
 * @param burst how many requests may follow each other at once, 1 to 100,000
 */
public record Allowance(int requestsPerMinute, int burst) {}
