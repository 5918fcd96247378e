package dev.callwatch.store;

import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallState;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/** The names of keys and channels in Redis. The keys of one script share a hash tag, so that they are on one node of a cluster. */
@Singleton
final class Keys {

    private final String namespace;

    @Inject
    Keys(StoreOptions options) {
        this(options.namespace());
    }

    Keys(String namespace) {
        this.namespace = namespace;
    }

    /** A hash: what is known of a call. */
    String call(CallKey call) {
        return of(call) + "call";
    }

    /** A string with an expiry: the replica that reads the call now. */
    String lease(CallKey call) {
        return of(call) + "lease";
    }

    /** A stream: the last revisions of a call. */
    String history(CallKey call) {
        return of(call) + "history";
    }

    /** A string with an expiry: what replicas share of an account's budget. */
    String budget(AccountKey account) {
        return namespace + ":{" + account + "}:budget";
    }

    /** A sorted set: the calls of an account that are in a state, by their last revisions. */
    String calls(AccountKey account, CallState state) {
        return namespace + ":{" + account + "}:calls:" + state.wireName();
    }

    /** A sorted set: the replicas, by the time of their last heartbeat. */
    String replicas() {
        return namespace + ":replicas";
    }

    /** A channel: the messages of replicas to each other. */
    String channel() {
        return namespace + ":messages";
    }

    private String of(CallKey call) {
        return namespace + ":{" + call.account() + ":" + call.guid() + "}:";
    }
}
