package dev.callwatch.store;

import dev.callwatch.push.Run;
import dev.callwatch.push.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** One run of a Lua script about subscriptions. */
interface PushScriptCall extends ScriptCall {

    /**
     * Registers the replica among those that run subscriptions, and takes over what replicas that are gone ran.
     *
     * @param expiry after which a replica without a heartbeat is gone
     * @param most how many subscriptions are taken over at once
     */
    record Heartbeat(Keys names, String replica, Duration expiry, int most) implements PushScriptCall {

        @Override
        public RedisScript script() {
            return RedisScript.PUSH_HEARTBEAT;
        }

        @Override
        public List<String> keys() {
            return List.of(names.pushReplicas(), names.pushOwned(replica), names.pushDeleted(), names.pushOwners());
        }

        @Override
        public List<String> arguments() {
            return List.of(replica, ScriptCall.millis(expiry), names.pushOwned(""), Integer.toString(most));
        }
    }

    /**
     * Stores a new subscription, which this replica runs.
     *
     * @param fields what is stored
     * @param replaceSame whether it replaces the one that is known to have the same content
     */
    record Create(
            Keys names,
            String replica,
            Subscription subscription,
            Run run,
            Duration expiry,
            boolean replaceSame,
            Map<String, String> fields)
            implements PushScriptCall {

        @Override
        public RedisScript script() {
            return RedisScript.PUSH_CREATE;
        }

        @Override
        public List<String> keys() {
            return List.of(
                    names.pushOwners(),
                    names.pushOwned(replica),
                    names.subscription(subscription.id()),
                    names.pushCaller(subscription.callerName()),
                    names.pushContent(subscription.content()),
                    names.pushReplicas());
        }

        @Override
        public List<String> arguments() {
            List<String> arguments = List.of(
                    replica,
                    subscription.id(),
                    ScriptCall.millis(expiry),
                    replaceSame ? "1" : "0",
                    run.toString(),
                    names.pushOwned(""));
            return ScriptCall.withFields(arguments, fields);
        }
    }

    /**
     * Lets this replica run something, unless another replica that is there runs it.
     *
     * @param fields set where nothing is stored of it
     */
    record Acquire(Keys names, String replica, String id, Run run, Duration expiry, Map<String, String> fields)
            implements PushScriptCall {

        @Override
        public RedisScript script() {
            return RedisScript.PUSH_ACQUIRE;
        }

        @Override
        public List<String> keys() {
            return List.of(names.pushReplicas(), names.pushOwners(), names.pushOwned(replica), names.subscription(id));
        }

        @Override
        public List<String> arguments() {
            return ScriptCall.withFields(
                    List.of(replica, id, ScriptCall.millis(expiry), names.pushOwned(""), run.toString()), fields);
        }
    }

    /**
     * Writes fields of a subscription that this replica runs.
     *
     * @param run in which this replica has it: it may have lost it and got it back since
     * @param fields what is stored
     * @param removed names of fields that are removed
     */
    record Save(
            Keys names,
            String replica,
            String id,
            Run run,
            Duration expiry,
            Map<String, String> fields,
            Collection<String> removed)
            implements PushScriptCall {

        @Override
        public RedisScript script() {
            return RedisScript.PUSH_SAVE;
        }

        @Override
        public List<String> keys() {
            return List.of(names.pushOwners(), names.subscription(id));
        }

        @Override
        public List<String> arguments() {
            List<String> arguments = ScriptCall.withFields(
                    List.of(replica, id, ScriptCall.millis(expiry), run.toString(), Integer.toString(fields.size())),
                    fields);
            arguments.addAll(removed);
            return arguments;
        }
    }

    /** Reads a subscription. */
    record Load(Keys names, String id) implements PushScriptCall {

        @Override
        public RedisScript script() {
            return RedisScript.PUSH_LOAD;
        }

        @Override
        public List<String> keys() {
            return List.of(names.subscription(id));
        }
    }

    /** Asks whether a subscription is one of a caller's own. */
    record IsOf(Keys names, String caller, String id) implements PushScriptCall {

        @Override
        public RedisScript script() {
            return RedisScript.PUSH_IS_OF;
        }

        @Override
        public List<String> keys() {
            return List.of(names.pushCaller(caller));
        }

        @Override
        public List<String> arguments() {
            return List.of(id);
        }
    }

    /** Reads what this replica runs, and in which run. */
    record Owned(Keys names, String replica) implements PushScriptCall {

        @Override
        public RedisScript script() {
            return RedisScript.PUSH_OWNED;
        }

        @Override
        public List<String> keys() {
            return List.of(names.pushOwned(replica), names.pushOwners());
        }

        @Override
        public List<String> arguments() {
            return List.of(replica);
        }
    }

    /** Reads the subscriptions of a caller. */
    record OfCaller(Keys names, String caller) implements PushScriptCall {

        @Override
        public RedisScript script() {
            return RedisScript.PUSH_MEMBERS;
        }

        @Override
        public List<String> keys() {
            return List.of(names.pushCaller(caller));
        }
    }

    /**
     * Removes a subscription from those of its caller.
     *
     * @param end whether the replica that runs it is asked to end it
     */
    record Hide(Keys names, Subscription subscription, boolean end, Duration expiry) implements PushScriptCall {

        @Override
        public RedisScript script() {
            return RedisScript.PUSH_HIDE;
        }

        @Override
        public List<String> keys() {
            return List.of(names.pushCaller(subscription.callerName()), names.pushDeleted());
        }

        @Override
        public List<String> arguments() {
            return List.of(subscription.id(), end ? "1" : "0", ScriptCall.millis(expiry));
        }
    }

    /**
     * Removes all that is stored of a subscription which this replica runs.
     *
     * @param more further keys that may name it
     */
    record Forget(Keys names, String replica, String id, List<String> more) implements PushScriptCall {

        @Override
        public RedisScript script() {
            return RedisScript.PUSH_FORGET;
        }

        @Override
        public List<String> keys() {
            List<String> keys = new ArrayList<>(
                    List.of(names.pushOwners(), names.pushOwned(replica), names.subscription(id), names.pushDeleted()));
            keys.addAll(more);
            return keys;
        }

        @Override
        public List<String> arguments() {
            return List.of(replica, id);
        }
    }

    /** Removes a replica that ends, so that others take over at once. */
    record Leave(Keys names, String replica) implements PushScriptCall {

        @Override
        public RedisScript script() {
            return RedisScript.PUSH_LEAVE;
        }

        @Override
        public List<String> keys() {
            return List.of(names.pushReplicas());
        }

        @Override
        public List<String> arguments() {
            return List.of(replica);
        }
    }
}
