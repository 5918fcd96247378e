package dev.callwatch.push;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps subscriptions and undelivered events where they survive this process, and says which replica runs which subscription: one
 * at a time. A subscription is a set of named fields, which {@link SubscriptionCodec} reads and writes. Safe for concurrent use.
 */
public interface SubscriptionStore {

    /** How long after its last heartbeat a replica runs what it runs; then others take it over. */
    Duration LEASE = Duration.ofSeconds(2);

    /** How often {@link #heartbeat} is called. */
    Duration HEARTBEAT_INTERVAL = Duration.ofMillis(500);

    /** What became of a change. */
    enum Saved {
        /** It is kept. */
        KEPT,
        /** It is not: another replica runs the subscription, or did so meanwhile. */
        TAKEN,
        /** It is not: the store does not know the subscription, as after it was lost. */
        UNKNOWN
    }

    /**
     * What a heartbeat found.
     *
     * @param taken subscriptions that this replica runs from now on, because another is gone
     * @param ended subscriptions that this replica runs and that were deleted elsewhere
     * @param owned how many subscriptions this replica runs
     */
    record Ownership(Set<String> taken, Set<String> ended, int owned) {}

    /** Whether a restart of this process loses nothing. */
    boolean isDurable();

    /**
     * Keeps a new subscription, or one that the store has lost. This replica runs it.
     *
     * @param run in which it has it
     * @param fields all of it
     * @return the identifier of another with the same content, which is kept instead; empty where this one is
     */
    Uni<Optional<String>> create(Subscription subscription, Run run, Map<String, String> fields, boolean replaceSame);

    /**
     * Lets this replica run something under a name that every replica gives it, unless another replica that is there runs it. Fields of
     * it that are kept already stay as they are.
     *
     * @param run in which it has it
     * @param fields set where nothing is kept of it
     */
    Uni<Void> acquire(String id, Run run, Map<String, String> fields);

    /**
     * Keeps a change of a subscription that this replica runs.
     *
     * @param run in which it has it
     * @param fields to set
     * @param removed names of fields to remove
     */
    Uni<Saved> save(String id, Run run, Map<String, String> fields, Collection<String> removed);

    /** All fields of a subscription; empty where there is none. */
    Uni<Map<String, String>> load(String id);

    /** The identifiers of a caller's subscriptions, those that have ended and are still shown included. */
    Uni<Set<String>> ofCaller(String caller);

    /** Whether a subscription is one of those. */
    Uni<Boolean> isOf(String caller, String id);

    /** Asks the replica that runs a subscription to end it, and shows it no longer. */
    Uni<Void> requestEnd(Subscription subscription);

    /** Shows a subscription no longer. */
    Uni<Void> hide(Subscription subscription);

    /** Removes a subscription that this replica runs. */
    Uni<Void> forget(Subscription subscription);

    /** Removes a subscription that this replica runs and that cannot be read. */
    Uni<Void> forget(String id);

    /** Says that this replica is there, and takes over what others left. */
    Uni<Ownership> heartbeat();

    /** All subscriptions that this replica runs, by their identifiers, and in which run. */
    Uni<Map<String, Run>> owned();

    /** Lets others take over at once what this replica runs. */
    Uni<Void> leave();
}
