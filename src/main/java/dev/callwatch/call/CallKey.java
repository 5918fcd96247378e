package dev.callwatch.call;

import dev.callwatch.account.AccountKey;

/** Names a call: a GUID of Vonage is unique within its account. */
public record CallKey(AccountKey account, CallGuid guid) {}
