package dev.callwatch.call;

import dev.callwatch.account.AccountKey;

/** Fired when the {@link RevisionLog} of an account has grown, on any replica. */
public record LogAppended(AccountKey account) {}
