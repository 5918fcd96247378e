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
import java.util.function.DoubleSupplier;

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
    Rates rates(StoreOptions options, Scripts scripts, Keys keys, Condition condition, Clock clock) {
        DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();
        return options.isShared()
                ? new RedisRates(scripts, keys, condition, clock, random)
                : new LocalRates(clock, random);
    }
}
