package dev.callwatch.call;

import dev.callwatch.account.AccountKey;

/**
 * Fired for each new revision of a call, in their order, before those who asked are answered. Updates of the call, and of some other
 * calls, wait for the observers: they return soon, wait for nothing, and neither read nor update calls on the thread that notifies them.
 *
 * @param account the key of its account
 * @param now its status since then
 */
public record CallChanged(AccountKey account, CallStatus now) {}
