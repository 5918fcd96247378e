package dev.callwatch.vonage;

import dev.callwatch.account.Account;
import dev.callwatch.account.AccountKey;
import dev.callwatch.account.Accounts;
import dev.callwatch.account.Region;
import dev.callwatch.budget.Budgets;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallReader;
import dev.callwatch.call.CallReading;
import dev.callwatch.time.Delay;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/** The entrance to Vonage: holds a client for each account and each region. */
@Singleton
public class VonageCalls implements CallReader {

    private final VonageOptions options;
    private final Budgets budgets;
    private final Vertx vertx;
    private final Clock clock;
    private final UpstreamMetrics metrics;
    private final Retries retries;
    private final DocumentReader documents;
    private final Map<AccountKey, AccountClient> accountClients;
    private final List<RegionClient> regionClients;

    /** Makes the clients; nothing is sent yet. */
    VonageCalls(
            Accounts accounts,
            RegionClients regions,
            VonageOptions options,
            Budgets budgets,
            Vertx vertx,
            Clock clock,
            Delay delay,
            UpstreamMetrics metrics) {
        this.options = options;
        this.budgets = budgets;
        this.vertx = vertx;
        this.clock = clock;
        this.metrics = metrics;
        this.retries = new Retries(
                clock, delay, new BackOff(() -> ThreadLocalRandom.current().nextDouble()));
        this.documents = new DocumentReader(vertx);
        Map<Region, RegionClient> opened = new HashMap<>();
        this.accountClients = accounts.all().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Account::key,
                        account -> accountClient(account, opened.computeIfAbsent(account.region(), regions::open))));
        this.regionClients = List.copyOf(opened.values());
    }

    @Override
    public Uni<CallReading> read(
            Account account, CallGuid guid, Duration deadline, String caller, Optional<String> known) {
        AccountClient client = accountClients.get(account.key());
        return Uni.createFrom()
                .deferred(() -> client.read(
                        guid, new AccountClient.ReadContext(clock.instant().plus(deadline), caller, known)));
    }

    /** The circuit of each region, {@code closed}, {@code half-open} or {@code open}, by the region's name. */
    public Map<String, String> circuits() {
        Map<String, String> circuits = new TreeMap<>();
        regionClients.forEach(client ->
                circuits.put(client.region().name(), client.circuitBreaker().stateName()));
        return circuits;
    }

    /** The token of each account, {@code none}, {@code valid} or {@code refused}, by the account's key. */
    public Map<String, String> tokens() {
        Map<String, String> tokens = new TreeMap<>();
        accountClients.forEach((key, client) -> tokens.put(key.value(), client.tokenState()));
        return tokens;
    }

    private AccountClient accountClient(Account account, RegionClient regionClient) {
        metrics.register(account.key());
        TokenClient tokenClient = new TokenClient(account, regionClient.tokens(), options.clientAuth(), vertx, clock);
        AccountTokens tokens =
                new AccountTokens(() -> regionClient.circuitBreaker().send(() -> fetch(account, tokenClient)), clock);
        return new AccountClient(
                account,
                regionClient,
                tokens,
                budgets.of(account),
                retries,
                metrics,
                options.accept(),
                documents,
                clock);
    }

    private Uni<Token> fetch(Account account, TokenClient client) {
        return client.fetch()
                .onItemOrFailure()
                .invoke((token, failure) -> metrics.tokenRequested(account.key(), UpstreamMetrics.answer(failure)))
                .onCancellation()
                .invoke(() -> metrics.tokenRequested(account.key(), UpstreamMetrics.TIMEOUT));
    }
}
