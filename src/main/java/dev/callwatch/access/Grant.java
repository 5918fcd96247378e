package dev.callwatch.access;

import dev.callwatch.account.Account;

/**
 * What a caller may see of an account.
 *
 * @param account an account whose calls it may read
 * @param numbers whether it may see telephone numbers in full
 */
public record Grant(Account account, boolean numbers) {}
