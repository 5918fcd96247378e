package dev.callwatch.push;

import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Keeps nothing beside what runs in this process. */
public class LocalSubscriptionStore implements SubscriptionStore {

    private static final Uni<Void> DONE = Uni.createFrom().voidItem();

    @Override
    public boolean isDurable() {
        return false;
    }

    @Override
    public Uni<Optional<String>> create(
            Subscription subscription, Run run, Map<String, String> fields, boolean replaceSame) {
        return Uni.createFrom().item(Optional.empty());
    }

    @Override
    public Uni<Void> acquire(String id, Run run, Map<String, String> fields) {
        return DONE;
    }

    @Override
    public Uni<Saved> save(String id, Run run, Map<String, String> fields, Collection<String> removed) {
        return Uni.createFrom().item(Saved.KEPT);
    }

    @Override
    public Uni<Map<String, String>> load(String id) {
        return Uni.createFrom().item(Map.of());
    }

    @Override
    public Uni<Set<String>> ofCaller(String caller) {
        return Uni.createFrom().item(Set.of());
    }

    @Override
    public Uni<Boolean> isOf(String caller, String id) {
        return Uni.createFrom().item(false);
    }

    @Override
    public Uni<Void> requestEnd(Subscription subscription) {
        return DONE;
    }

    @Override
    public Uni<Void> hide(Subscription subscription) {
        return DONE;
    }

    @Override
    public Uni<Void> forget(Subscription subscription) {
        return DONE;
    }

    @Override
    public Uni<Void> forget(String id) {
        return DONE;
    }

    @Override
    public Uni<Ownership> heartbeat() {
        return Uni.createFrom().item(new Ownership(Set.of(), Set.of(), 0));
    }

    @Override
    public Uni<Map<String, Run>> owned() {
        return Uni.createFrom().item(Map.of());
    }

    @Override
    public Uni<Void> leave() {
        return DONE;
    }
}
