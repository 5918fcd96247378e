package dev.callwatch.push;

import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What is kept of one subscription, or of one account that is followed, in a store that outlives a replica. */
final class SharedStore extends LocalSubscriptionStore {

    private final Map<String, String> fields;
    private boolean lost;
    private boolean isAway;
    private boolean takesNothingNew;
    private boolean isWrittenElsewhere;
    private Uni<Void> beforeSaving = Uni.createFrom().voidItem();

    SharedStore() {
        this(new HashMap<>());
    }

    private SharedStore(Map<String, String> fields) {
        this.fields = fields;
    }

    /** The same, for the replica that runs it from now on. */
    SharedStore onAnotherReplica() {
        return new SharedStore(fields);
    }

    /** Another replica runs it. */
    void lose() {
        lost = true;
    }

    /** Whether it cannot be reached. */
    void isAway(boolean now) {
        isAway = now;
    }

    /** Whether it fails to take what it does not have. */
    void takesNothingNew(boolean now) {
        takesNothingNew = now;
    }

    /** Another replica writes what was lost before this one does, in a later run. */
    void isWrittenElsewhere() {
        isWrittenElsewhere = true;
    }

    /** What passes until it answers to a change. */
    void beforeSaving(Uni<Void> wait) {
        beforeSaving = wait;
    }

    /** It comes back empty. */
    void clear() {
        fields.clear();
    }

    boolean isEmpty() {
        return fields.isEmpty();
    }

    StoredSubscription stored() {
        return SubscriptionCodec.decode(fields).orElseThrow();
    }

    StoredFollow followed() {
        return FollowCodec.decode(fields).orElseThrow();
    }

    @Override
    public boolean isDurable() {
        return true;
    }

    @Override
    public Uni<Optional<String>> create(
            Subscription subscription, Run run, Map<String, String> all, boolean replaceSame) {
        if (takesNothingNew) {
            return Uni.createFrom().failure(new IllegalStateException("takes nothing new"));
        }
        fields.putAll(all);
        lost |= isWrittenElsewhere;
        return Uni.createFrom().item(Optional.empty());
    }

    @Override
    public Uni<Void> acquire(String id, Run run, Map<String, String> initial) {
        if (fields.isEmpty()) {
            fields.putAll(initial);
        }
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Saved> save(String id, Run run, Map<String, String> set, Collection<String> removed) {
        return beforeSaving.chain(() -> save(set, removed));
    }

    private Uni<Saved> save(Map<String, String> set, Collection<String> removed) {
        if (isAway) {
            return Uni.createFrom().failure(new IllegalStateException("away"));
        }
        if (lost) {
            return Uni.createFrom().item(Saved.TAKEN);
        }
        if (fields.isEmpty()) {
            return Uni.createFrom().item(Saved.UNKNOWN);
        }
        fields.putAll(set);
        fields.keySet().removeAll(removed);
        return Uni.createFrom().item(Saved.KEPT);
    }
}
