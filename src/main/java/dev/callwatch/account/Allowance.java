package dev.callwatch.account;

/**
 * How many requests Vonage may get on behalf of one account.
 *
 * @param requestsPerMinute the sustained rate, 1 to 100,000; permits refill continuously
 * @param burst how many requests may follow each other at once, 1 to 100,000
 */
public record Allowance(int requestsPerMinute, int burst) {}
