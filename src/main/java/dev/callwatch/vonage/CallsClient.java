package dev.callwatch.vonage;

import dev.callwatch.account.AccountKey;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A REST client for the calls of a region, with what it keeps for each account. Safe for concurrent use. */
final class CallsClient {

    private final CallsEndpoint endpoint;
    private final Map<AccountKey, CallsEndpoint.CallsOfAccount> accounts = new ConcurrentHashMap<>();

    CallsClient(CallsEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** The calls of an account that this process serves. */
    CallsEndpoint.CallsOfAccount of(AccountKey account) {
        return accounts.computeIfAbsent(account, key -> endpoint.of(key.value()));
    }
}
