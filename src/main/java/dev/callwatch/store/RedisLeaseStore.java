package dev.callwatch.store;

import dev.callwatch.account.Account;
import dev.callwatch.budget.Backoff;
import dev.callwatch.budget.LeaseStore;
import dev.callwatch.budget.SharedBudget;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Response;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** What replicas share of one account's budget, as a text in Redis. */
final class RedisLeaseStore implements LeaseStore {

    /** After this time without a replica a rate has grown back; a budget is kept until its burst is full as well. */
    private static final Duration KEPT = Duration.ofHours(1);

    private final Account account;
    private final RedisScripts scripts;
    private final Keys keys;

    RedisLeaseStore(Account account, RedisScripts scripts, Keys keys) {
        this.account = account;
        this.scripts = scripts;
        this.keys = keys;
    }

    @Override
    public Uni<Reading> read() {
        return scripts.run(new ScriptCall.GetBudget(keys, account.key())).map(RedisLeaseStore::reading);
    }

    @Override
    public Uni<Boolean> replace(Reading read, SharedBudget next, Optional<Backoff> announcement) {
        return scripts.run(new ScriptCall.ReplaceBudget(
                        keys,
                        account.key(),
                        read.version(),
                        BudgetCodec.text(next),
                        kept(),
                        announcement.map(backoff -> new ReplicaMessage.Throttled(account.key(), backoff))))
                .map(replaced -> replaced.toInteger() == 1);
    }

    private static Reading reading(Response answer) {
        String text = answer.get(1).toString();
        Instant now = Instant.EPOCH.plus(answer.get(0).toLong(), ChronoUnit.MICROS);
        return new Reading(BudgetCodec.budget(text, now), now, text);
    }

    private Duration kept() {
        return KEPT.plus(Duration.ofMinutes(account.allowance().burst())
                .dividedBy(account.allowance().requestsPerMinute()));
    }
}
