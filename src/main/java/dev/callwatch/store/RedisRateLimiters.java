package dev.callwatch.store;

import dev.callwatch.account.Account;
import dev.callwatch.account.AccountKey;
import dev.callwatch.budget.RateLimiter;
import dev.callwatch.budget.RateLimiters;
import dev.callwatch.budget.SharedRateLimiter;
import dev.callwatch.call.ReplicasReconnected;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/** Rate limiters of budgets that all replicas share by leases in Redis. */
@Singleton
@Typed(RedisRateLimiters.class)
class RedisRateLimiters implements RateLimiters {

    private final RedisScripts scripts;
    private final Keys keys;
    private final ReplicaId replica;
    private final RedisCircuit circuit;
    private final Clock clock;
    private final Map<AccountKey, SharedRateLimiter> limiters = new ConcurrentHashMap<>();

    RedisRateLimiters(
            RedisScripts scripts,
            Keys keys,
            ReplicaId replica,
            RedisCircuit circuit,
            ReplicaChannel channel,
            Clock clock) {
        this.scripts = scripts;
        this.keys = keys;
        this.replica = replica;
        this.circuit = circuit;
        this.clock = clock;
        channel.listen(this::received);
    }

    @Override
    public RateLimiter of(Account account) {
        SharedRateLimiter limiter = new SharedRateLimiter(
                replica.name(),
                account.allowance(),
                new RedisLeaseStore(account, scripts, keys),
                circuit::replicas,
                clock,
                () -> ThreadLocalRandom.current().nextDouble());
        limiters.put(account.key(), limiter);
        limiter.renew().subscribe().with(renewed -> {});
        return limiter;
    }

    /** Renews the leases of all accounts; it never fails. */
    Uni<Void> renew() {
        return all(SharedRateLimiter::renew);
    }

    /** Gives all leases back; it never fails. */
    Uni<Void> leave() {
        return all(SharedRateLimiter::leave);
    }

    /** Publishes at once a 429 that came while Redis could not be used. */
    void reconnected(@Observes ReplicasReconnected reconnected) {
        renew().subscribe().with(renewed -> {});
    }

    private Uni<Void> all(Function<SharedRateLimiter, Uni<Void>> each) {
        List<Uni<Void>> begun = limiters.values().stream().map(each).toList();
        return begun.isEmpty()
                ? Uni.createFrom().voidItem()
                : Uni.join().all(begun).andCollectFailures().replaceWithVoid();
    }

    private void received(ReplicaMessage message) {
        if (message instanceof ReplicaMessage.Throttled throttled) {
            Optional.ofNullable(limiters.get(throttled.account()))
                    .ifPresent(limiter -> limiter.apply(throttled.backoff()));
        }
    }
}
