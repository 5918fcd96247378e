package dev.callwatch.store;

import dev.callwatch.budget.LocalRates;
import dev.callwatch.budget.Rates;
import dev.callwatch.call.Alone;
import dev.callwatch.call.Replicas;
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
    Replicas replicas(StoreOptions options, Instance<RedisReplicas> redis) {
        return options.isShared() ? redis.get() : new Alone();
    }

    @Produces
    @Singleton
    Rates rates(StoreOptions options, Instance<RedisRates> redis, Clock clock) {
        return options.isShared()
                ? redis.get()
                : new LocalRates(clock, () -> ThreadLocalRandom.current().nextDouble());
    }
}
