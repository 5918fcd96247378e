package dev.callwatch.store;

import dev.callwatch.push.PushOptions;
import dev.callwatch.push.Run;
import dev.callwatch.push.Subscription;
import dev.callwatch.push.SubscriptionStore;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Response;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Subscriptions and undelivered events in Redis. Each operation fails with {@link RedisUnavailable} where Redis does not answer
 * in time. What is written last of a subscription is what the replica that runs it wrote.
 */
@Singleton
@Typed(RedisSubscriptions.class)
class RedisSubscriptions implements SubscriptionStore {

    /** How many subscriptions a heartbeat takes over at most, so that no script takes long. */
    private static final int MOST_TAKEN = 2_000;

    private final RedisScripts scripts;
    private final Keys keys;
    private final String replica;
    private final Duration expiry;

    @Inject
    RedisSubscriptions(RedisScripts scripts, Keys keys, ReplicaId replica, PushOptions options) {
        this(scripts, keys, replica, options.longestKept());
    }

    /** @param longest how long a subscription is kept that nobody changes */
    RedisSubscriptions(RedisScripts scripts, Keys keys, ReplicaId replica, Duration longest) {
        this.scripts = scripts;
        this.keys = keys;
        this.replica = replica.name();
        this.expiry = longest;
    }

    @Override
    public boolean isDurable() {
        return true;
    }

    @Override
    public Uni<Optional<String>> create(
            Subscription subscription, Run run, Map<String, String> fields, boolean replaceSame) {
        return scripts.run(new PushScriptCall.Create(keys, replica, subscription, run, expiry, replaceSame, fields))
                .map(Response::toString)
                .map(kept -> Optional.of(kept).filter(id -> !id.equals(subscription.id())));
    }

    @Override
    public Uni<Void> acquire(String id, Run run, Map<String, String> fields) {
        return scripts.run(new PushScriptCall.Acquire(keys, replica, id, run, expiry, fields))
                .replaceWithVoid();
    }

    @Override
    public Uni<Saved> save(String id, Run run, Map<String, String> fields, Collection<String> removed) {
        return scripts.run(new PushScriptCall.Save(keys, replica, id, run, expiry, fields, removed))
                .map(answer -> switch (answer.toString()) {
                    case "kept" -> Saved.KEPT;
                    case "taken" -> Saved.TAKEN;
                    default -> Saved.UNKNOWN;
                });
    }

    @Override
    public Uni<Map<String, String>> load(String id) {
        return scripts.run(new PushScriptCall.Load(keys, id)).map(RedisScripts::fields);
    }

    @Override
    public Uni<Set<String>> ofCaller(String caller) {
        return scripts.run(new PushScriptCall.OfCaller(keys, caller)).map(RedisSubscriptions::texts);
    }

    @Override
    public Uni<Boolean> isOf(String caller, String id) {
        return scripts.run(new PushScriptCall.IsOf(keys, caller, id)).map(answer -> answer.toInteger() == 1);
    }

    @Override
    public Uni<Map<String, Run>> owned() {
        return scripts.run(new PushScriptCall.Owned(keys, replica)).map(RedisSubscriptions::runs);
    }

    private static Map<String, Run> runs(Response answer) {
        Map<String, Run> runs = new HashMap<>();
        RedisScripts.fields(answer).forEach((id, run) -> runs.put(id, Run.of(run)));
        return runs;
    }

    private static Set<String> texts(Response answer) {
        Set<String> texts = new HashSet<>();
        answer.forEach(element -> texts.add(element.toString()));
        return texts;
    }

    @Override
    public Uni<Void> requestEnd(Subscription subscription) {
        return hide(subscription, true);
    }

    @Override
    public Uni<Void> hide(Subscription subscription) {
        return hide(subscription, false);
    }

    private Uni<Void> hide(Subscription subscription, boolean end) {
        return scripts.run(new PushScriptCall.Hide(keys, subscription, end, expiry))
                .replaceWithVoid();
    }

    @Override
    public Uni<Void> forget(Subscription subscription) {
        return forget(
                subscription.id(),
                List.of(keys.pushCaller(subscription.callerName()), keys.pushContent(subscription.content())));
    }

    @Override
    public Uni<Void> forget(String id) {
        return forget(id, List.of());
    }

    private Uni<Void> forget(String id, List<String> more) {
        return scripts.run(new PushScriptCall.Forget(keys, replica, id, more)).replaceWithVoid();
    }

    @Override
    public Uni<Ownership> heartbeat() {
        return scripts.run(new PushScriptCall.Heartbeat(keys, replica, LEASE, MOST_TAKEN))
                .map(answer -> new Ownership(
                        texts(answer.get(0)),
                        texts(answer.get(1)),
                        answer.get(2).toInteger()));
    }

    @Override
    public Uni<Void> leave() {
        return scripts.run(new PushScriptCall.Leave(keys, replica)).replaceWithVoid();
    }
}
