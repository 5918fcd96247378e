package dev.callwatch.store;

import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallState;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

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

    /** A stream: the last revisions of all calls of an account. */
    String log(AccountKey account) {
        return namespace + ":{" + account + "}:log";
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

    /** A sorted set: the replicas that run subscriptions, by the time of their last heartbeat. */
    String pushReplicas() {
        return push() + "replicas";
    }

    /** A hash: which replica runs which subscription. */
    String pushOwners() {
        return push() + "owners";
    }

    /** A set: the subscriptions that a replica runs. Without a name, what such keys begin with. */
    String pushOwned(String replica) {
        return push() + "owned:" + replica;
    }

    /** A set: the subscriptions that callers deleted, until the replicas that run them have ended them. */
    String pushDeleted() {
        return push() + "deleted";
    }

    /** A hash: a subscription and its undelivered events. */
    String subscription(String id) {
        return push() + "subscription:" + id;
    }

    /** A set: the subscriptions of a caller. */
    String pushCaller(String name) {
        return push() + "caller:" + hex(name);
    }

    /** A string: the subscription with a content. */
    String pushContent(String content) {
        return push() + "content:" + content;
    }

    /** One node of a cluster holds them all, so that a script moves a subscription from one replica to another. */
    private String push() {
        return namespace + ":{push}:";
    }

    /** Names of callers may hold anything. */
    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    private String of(CallKey call) {
        return namespace + ":{" + call.account() + ":" + call.guid() + "}:";
    }
}
