package dev.callwatch.store;

import dev.callwatch.budget.LocalRateLimiters;
import dev.callwatch.budget.RateLimiters;
import dev.callwatch.call.Coordination;
import dev.callwatch.call.HintChannel;
import dev.callwatch.call.LocalCoordination;
import dev.callwatch.call.LocalHints;
import dev.callwatch.call.LocalRevisionLog;
import dev.callwatch.call.RevisionLog;
import dev.callwatch.push.LocalSubscriptionStore;
import dev.callwatch.push.SubscriptionStore;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.concurrent.ThreadLocalRandom;

/** Chooses where the state is that replicas share. */
@Dependent
class Store {

    @Produces
    @Singleton
    Coordination replicas(StoreOptions options, Instance<RedisCoordination> redis) {
        return options.isShared() ? redis.get() : new LocalCoordination();
    }

    @Produces
    @Singleton
    RevisionLog revisionLog(StoreOptions options, Instance<RedisRevisionLog> redis, LocalRevisionLog local) {
        return options.isShared() ? redis.get() : local;
    }

    @Produces
    @Singleton
    HintChannel hints(StoreOptions options, Instance<RedisHints> redis) {
        return options.isShared() ? redis.get() : new LocalHints();
    }

    @Produces
    @Singleton
    SubscriptionStore subscriptions(StoreOptions options, Instance<RedisSubscriptions> redis) {
        return options.isShared() ? redis.get() : new LocalSubscriptionStore();
    }

    @Produces
    @Singleton
    RateLimiters rateLimiters(StoreOptions options, Instance<RedisRateLimiters> redis, Clock clock) {
        return options.isShared()
                ? redis.get()
                : new LocalRateLimiters(clock, () -> ThreadLocalRandom.current().nextDouble());
    }
}
