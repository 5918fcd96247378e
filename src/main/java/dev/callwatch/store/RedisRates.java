package dev.callwatch.store;

import dev.callwatch.account.Account;
import dev.callwatch.budget.Rate;
import dev.callwatch.budget.Rates;
import dev.callwatch.call.ReplicasReconnected;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;

/** Rates that all replicas share, in Redis. */
@Singleton
@Typed(RedisRates.class)
class RedisRates implements Rates {

    private final RedisScripts scripts;
    private final Keys keys;
    private final RedisCircuit condition;
    private final Clock clock;
    private final List<RedisRate> rates = new CopyOnWriteArrayList<>();

    RedisRates(RedisScripts scripts, Keys keys, RedisCircuit condition, Clock clock) {
        this.scripts = scripts;
        this.keys = keys;
        this.condition = condition;
        this.clock = clock;
    }

    /** What Redis could not be told meanwhile must not wait until somebody asks for a permit, which a pause may put off. */
    void back(@Observes ReplicasReconnected back) {
        rates.forEach(RedisRate::tell);
    }

    @Override
    public Rate of(Account account) {
        List<String> allowance = List.of(keys.allowance(account.key()));
        RedisRate rate = new RedisRate(
                account.allowance(),
                arguments ->
                        scripts.run(RedisScript.ALLOWANCE, allowance, arguments).map(RedisRate.Answer::of),
                condition,
                clock,
                () -> ThreadLocalRandom.current().nextDouble());
        rates.add(rate);
        return rate;
    }
}
