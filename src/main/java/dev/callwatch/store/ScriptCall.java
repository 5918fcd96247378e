package dev.callwatch.store;

import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallQuery;
import dev.callwatch.call.CallState;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** One run of a Lua script. Each record has the keys and arguments of its script, in the order that the script names. */
interface ScriptCall {

    /** What is run. */
    RedisScript script();

    /** What it touches, all on one node of a cluster. */
    List<String> keys();

    /** Its other arguments. */
    default List<String> arguments() {
        return List.of();
    }

    /**
     * Asks for the lease to read a call, unless Redis has another snapshot than this replica.
     *
     * @param known what this replica has
     * @param token what the lease is known by
     */
    record AcquireLease(Keys names, CallKey call, Snapshot known, String token, Duration lease) implements ScriptCall {

        @Override
        public RedisScript script() {
            return RedisScript.ACQUIRE_LEASE;
        }

        @Override
        public List<String> keys() {
            return List.of(names.call(call), names.lease(call), names.history(call));
        }

        @Override
        public List<String> arguments() {
            return List.of(SnapshotCodec.tag(known), Long.toString(known.revision()), token, millis(lease));
        }
    }

    /** Extends a lease that is still held under this token. */
    record RenewLease(Keys names, CallKey call, String token, Duration lease) implements ScriptCall {

        @Override
        public RedisScript script() {
            return RedisScript.RENEW_LEASE;
        }

        @Override
        public List<String> keys() {
            return List.of(names.lease(call));
        }

        @Override
        public List<String> arguments() {
            return List.of(token, millis(lease));
        }
    }

    /** Ends a lease that is still held under this token, and publishes why. */
    record ReleaseLease(Keys names, CallKey call, String token, ReplicaMessage message) implements ScriptCall {

        @Override
        public RedisScript script() {
            return RedisScript.RELEASE_LEASE;
        }

        @Override
        public List<String> keys() {
            return List.of(names.lease(call));
        }

        @Override
        public List<String> arguments() {
            return List.of(token, names.channel(), message.text());
        }
    }

    /** Reads the snapshot of a call and the revisions since, if they are not what this replica has. */
    record GetIfChanged(Keys names, CallKey call, Snapshot known) implements ScriptCall {

        @Override
        public RedisScript script() {
            return RedisScript.GET_IF_CHANGED;
        }

        @Override
        public List<String> keys() {
            return List.of(names.call(call), names.history(call));
        }

        @Override
        public List<String> arguments() {
            return List.of(SnapshotCodec.tag(known), Long.toString(known.revision()));
        }
    }

    /**
     * Stores the snapshot of a call, unless another replica was faster.
     *
     * @param expected what should be in Redis now
     * @param token of the lease that ends with it; empty for none
     * @param revision to add to the history; 0 for none
     * @param longest how many revisions the history keeps
     * @param fields the snapshot; an empty value removes a field
     */
    record CompareAndSet(
            Keys names,
            CallKey call,
            Snapshot expected,
            String token,
            ReplicaMessage message,
            Duration expiry,
            long revision,
            int longest,
            Duration historyExpiry,
            Map<String, String> fields)
            implements ScriptCall {

        @Override
        public RedisScript script() {
            return RedisScript.COMPARE_AND_SET;
        }

        @Override
        public List<String> keys() {
            return List.of(names.call(call), names.lease(call), names.history(call));
        }

        @Override
        public List<String> arguments() {
            List<String> arguments = List.of(
                    SnapshotCodec.tag(expected),
                    Long.toString(expected.revision()),
                    token,
                    names.channel(),
                    message.text(),
                    millis(expiry),
                    Long.toString(revision),
                    Integer.toString(longest),
                    millis(historyExpiry));
            return withFields(arguments, fields);
        }
    }

    /** Reads the stored revisions of a call. */
    record History(Keys names, CallKey call) implements ScriptCall {

        /** Three of the largest documents at least: what is read here is copied for each request. */
        private static final int MOST_BYTES = 4 << 20;

        @Override
        public RedisScript script() {
            return RedisScript.HISTORY;
        }

        @Override
        public List<String> keys() {
            return List.of(names.history(call));
        }

        @Override
        public List<String> arguments() {
            return List.of(Integer.toString(MOST_BYTES));
        }
    }

    /**
     * Puts a call at its place in the list of its account, and appends its revision to the log of the account.
     *
     * @param status its last revision
     * @param entry the fields of the entry in the log
     * @param longestList how many calls the list keeps in each state
     * @param oldest revisions before this time are removed from the list
     * @param expiry of both, from now on
     */
    record AppendRevision(
            Keys names,
            CallKey call,
            CallStatus status,
            Map<String, String> entry,
            int longestList,
            Instant oldest,
            Duration expiry)
            implements ScriptCall {

        /** The field with the call's GUID. */
        static final String GUID = "guid";

        /** What the names of the fields of the revision before begin with. */
        static final String BEFORE = "before.";

        @Override
        public RedisScript script() {
            return RedisScript.APPEND_REVISION;
        }

        @Override
        public List<String> keys() {
            List<String> keys =
                    new ArrayList<>(List.of(names.log(call.account()), names.calls(call.account(), status.state())));
            Stream.of(CallState.values())
                    .filter(state -> state != status.state())
                    .forEach(state -> keys.add(names.calls(call.account(), state)));
            return keys;
        }

        @Override
        public List<String> arguments() {
            List<String> arguments = List.of(
                    call.guid().value(),
                    Long.toString(status.revision()),
                    Integer.toString(longestList),
                    Long.toString(oldest.toEpochMilli()),
                    millis(expiry),
                    Integer.toString(ReadLog.LONGEST),
                    names.channel(),
                    new ReplicaMessage.Appended(call.account()).text());
            return withFields(arguments, entry);
        }
    }

    /** Asks whether the list of an account has a revision of a call, or a later one. */
    record IsListed(Keys names, CallKey call, long revision) implements ScriptCall {

        @Override
        public RedisScript script() {
            return RedisScript.IS_LISTED;
        }

        @Override
        public List<String> keys() {
            return Stream.of(CallState.values())
                    .map(state -> names.calls(call.account(), state))
                    .toList();
        }

        @Override
        public List<String> arguments() {
            return List.of(call.guid().value(), Long.toString(revision));
        }
    }

    /**
     * Reads on in the log of an account.
     *
     * @param after an entry; empty for the end of the log
     */
    record ReadLog(Keys names, AccountKey account, Optional<String> after, int most) implements ScriptCall {

        /** How many entries the log keeps. */
        static final int LONGEST = 5_000;

        @Override
        public RedisScript script() {
            return RedisScript.READ_LOG;
        }

        @Override
        public List<String> keys() {
            return List.of(names.log(account));
        }

        @Override
        public List<String> arguments() {
            return List.of(after.orElse("end"), Integer.toString(most), Integer.toString(LONGEST));
        }
    }

    /** Reads the list of the calls of an account. */
    record NewestCalls(Keys names, AccountKey account, CallQuery query) implements ScriptCall {
        @Override
        public RedisScript script() {
            return RedisScript.NEWEST_CALLS;
        }

        @Override
        public List<String> keys() {
            return query.states().stream()
                    .map(state -> names.calls(account, state))
                    .toList();
        }

        @Override
        public List<String> arguments() {
            return List.of(
                    query.after()
                            .map(position -> Long.toString(position.revision()))
                            .orElse("+inf"),
                    query.after().map(position -> position.guid().value()).orElse(""),
                    Long.toString(query.lowestRevision()),
                    Integer.toString(query.limit()));
        }
    }

    /**
     * Registers a replica and counts all of them.
     *
     * @param expiry after which a replica without a heartbeat is not counted
     * @param message published, so that each replica sees that its subscription works
     */
    record Register(Keys names, String replica, Duration expiry, ReplicaMessage message) implements ScriptCall {

        @Override
        public RedisScript script() {
            return RedisScript.HEARTBEAT;
        }

        @Override
        public List<String> keys() {
            return List.of(names.replicas());
        }

        @Override
        public List<String> arguments() {
            return List.of(replica, millis(expiry), names.channel(), message.text());
        }
    }

    /** Removes a replica that ends. */
    record Leave(Keys names, String replica) implements ScriptCall {

        @Override
        public RedisScript script() {
            return RedisScript.LEAVE;
        }

        @Override
        public List<String> keys() {
            return List.of(names.replicas());
        }

        @Override
        public List<String> arguments() {
            return List.of(replica);
        }
    }

    /** Reads what replicas share of an account's budget. */
    record GetBudget(Keys names, AccountKey account) implements ScriptCall {

        @Override
        public RedisScript script() {
            return RedisScript.GET_BUDGET;
        }

        @Override
        public List<String> keys() {
            return List.of(names.budget(account));
        }
    }

    /**
     * Replaces what replicas share of an account's budget, unless another replica was faster.
     *
     * @param expected the text that should be in Redis now; empty for none
     * @param message published if the text was replaced
     */
    record ReplaceBudget(
            Keys names,
            AccountKey account,
            String expected,
            String replacement,
            Duration expiry,
            Optional<ReplicaMessage> message)
            implements ScriptCall {

        @Override
        public RedisScript script() {
            return RedisScript.REPLACE_BUDGET;
        }

        @Override
        public List<String> keys() {
            return List.of(names.budget(account));
        }

        @Override
        public List<String> arguments() {
            return List.of(
                    expected,
                    replacement,
                    millis(expiry),
                    names.channel(),
                    message.map(ReplicaMessage::text).orElse(""));
        }
    }

    /** Arguments and, after them, the names and values of fields in turns. */
    static List<String> withFields(List<String> arguments, Map<String, String> fields) {
        List<String> all = new ArrayList<>(arguments);
        fields.forEach((name, value) -> all.addAll(List.of(name, value)));
        return all;
    }

    /** A duration as scripts take it. */
    static String millis(Duration duration) {
        return Long.toString(duration.toMillis());
    }
}
