package dev.callwatch.budget;

import dev.callwatch.account.Account;

/** Where the rates of accounts are kept: a port, so that replicas can share them. */
@FunctionalInterface
public interface Rates {

    /** The rate of an account; asked for once an account. */
    Rate of(Account account);
}
