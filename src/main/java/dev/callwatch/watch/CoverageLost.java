package dev.callwatch.watch;

import dev.callwatch.account.AccountKey;

/** Fired when the notifications of an account can no longer be relied on. */
record CoverageLost(AccountKey account) {}
