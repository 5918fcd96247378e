package dev.callwatch.call;

import dev.callwatch.account.AccountKey;

/**
 * Fired for each new revision of a call, before those who asked are answered.
 *
 * @param account the key of its account
 * @param now its status since then
 */
public record CallChanged(AccountKey account, CallStatus now) {}
