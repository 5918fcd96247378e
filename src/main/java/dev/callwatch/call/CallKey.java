package dev.callwatch.call;

import dev.callwatch.account.AccountKey;

/** Names a call: Vonage's GUIDs are told apart within an account. */
public record CallKey(AccountKey account, CallGuid guid) {}
