package dev.callwatch.budget;

import dev.callwatch.account.Account;

/** Makes the rate limiters of accounts: a port, so that replicas can share what an account is allowed. */
@FunctionalInterface
public interface RateLimiters {

    /** The rate limiter of an account; asked for once for each account. */
    RateLimiter of(Account account);
}
