package dev.callwatch.call;

import dev.callwatch.account.AccountKey;

/**
 * Fired, before those who asked are answered, when a reading brought a new revision of a call.
 *
 * @param account the key of its account
 * @param now its status since then
 */
public record CallChanged(AccountKey account, CallStatus now) {}
