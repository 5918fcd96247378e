package dev.callwatch.vonage;

import dev.callwatch.account.Account;
import dev.callwatch.account.AccountKey;
import dev.callwatch.account.Accounts;
import dev.callwatch.account.Region;
import dev.callwatch.budget.Budgets;
import dev.callwatch.call.CallDetail;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallReader;
import dev.callwatch.time.Delay;
import dev.callwatch.time.Timeouts;
import dev.callwatch.time.WallClock;
import io.quarkus.oidc.client.OidcClients;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;

/** The door to Vonage: holds a reader for each account and the way to each region. */
@Singleton
public class VonageCalls implements CallReader {

    private final VonageOptions options;
    private final Connections connections;
    private final Budgets budgets;
    private final OidcClients oidcClients;
    private final Vertx vertx;
    private final Clock clock;
    private final WallClock wallClock;
    private final Timeouts timeouts;
    private final UpstreamMetrics metrics;
    private final Retries retries;
    private final List<TokenEndpoint> tokenEndpoints = new ArrayList<>();
    private final Map<AccountKey, AccountClient> readers;

    /** Opens the way to the region of each account; nothing is sent yet. */
    VonageCalls(
            Accounts accounts,
            VonageOptions options,
            Connections connections,
            Budgets budgets,
            OidcClients oidcClients,
            Vertx vertx,
            Clock clock,
            WallClock wallClock,
            Delay delay,
            Timeouts timeouts,
            UpstreamMetrics metrics) {
        this.options = options;
        this.connections = connections;
        this.budgets = budgets;
        this.oidcClients = oidcClients;
        this.vertx = vertx;
        this.clock = clock;
        this.wallClock = wallClock;
        this.timeouts = timeouts;
        this.metrics = metrics;
        this.retries = new Retries(
                clock, delay, new BackOff(() -> ThreadLocalRandom.current().nextDouble()));
        this.readers = readers(accounts);
    }

    @Override
    public Uni<CallDetail> read(Account account, CallGuid guid, Duration deadline, String caller) {
        AccountClient reader = readers.get(account.key());
        return Uni.createFrom()
                .deferred(() -> reader.read(
                        guid, new AccountClient.ReadContext(clock.instant().plus(deadline), caller)));
    }

    /** The circuit of each region, {@code closed}, {@code half-open} or {@code open}, by the region's name. */
    public Map<String, String> circuits() {
        Map<String, String> circuits = new TreeMap<>();
        readers.values()
                .forEach(reader -> circuits.put(
                        reader.way().region().name(), reader.way().gate().stateName()));
        return circuits;
    }

    /** The token of each account, {@code none}, {@code valid} or {@code refused}, by the account's key. */
    public Map<String, String> tokens() {
        Map<String, String> tokens = new TreeMap<>();
        readers.forEach((key, reader) -> tokens.put(key.value(), reader.tokenState()));
        return tokens;
    }

    private Map<AccountKey, AccountClient> readers(Accounts accounts) {
        Map<Region, AccountClient.RegionClient> ways = new HashMap<>();
        Map<AccountKey, AccountClient> opened = new HashMap<>();
        for (Account account : accounts.all()) {
            AccountClient.RegionClient way = ways.computeIfAbsent(account.region(), this::way);
            AccountTokens tokens = tokens(account, way);
            opened.put(
                    account.key(),
                    new AccountClient(account, way, tokens, budgets.of(account), retries, metrics, options.accept()));
        }
        return Map.copyOf(opened);
    }

    private AccountClient.RegionClient way(Region region) {
        RegionCircuitBreaker gate = new RegionCircuitBreaker(region, timeouts, options.requestTimeout());
        metrics.circuit(region, gate::state);
        return new AccountClient.RegionClient(region, endpoint(region), gate, new RetryBudget(clock));
    }

    private CallsEndpoint endpoint(Region region) {
        return connections
                .calls(region)
                .register(new RefusalMapper(wallClock))
                .httpClientRequestCustomizer(new BodyLimit())
                .build(CallsEndpoint.class);
    }

    private AccountTokens tokens(Account account, AccountClient.RegionClient way) {
        TokenEndpoint endpoint = new TokenEndpoint(account, options, connections, oidcClients, vertx, clock);
        tokenEndpoints.add(endpoint);
        return new AccountTokens(() -> way.gate().pass(Token.class, () -> fetch(account, endpoint)), clock);
    }

    private Uni<Token> fetch(Account account, TokenEndpoint endpoint) {
        return endpoint.fetch()
                .onItemOrFailure()
                .invoke((token, failure) -> metrics.tokenRequested(account.key(), UpstreamMetrics.answer(failure)))
                .onCancellation()
                .invoke(() -> metrics.tokenRequested(account.key(), UpstreamMetrics.TIMEOUT));
    }

    @PreDestroy
    void close() {
        tokenEndpoints.forEach(TokenEndpoint::close);
    }
}
