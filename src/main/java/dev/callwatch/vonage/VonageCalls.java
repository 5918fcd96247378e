package dev.callwatch.vonage;

import dev.callwatch.account.Account;
import dev.callwatch.account.AccountKey;
import dev.callwatch.account.Accounts;
import dev.callwatch.account.Region;
import dev.callwatch.budget.Budgets;
import dev.callwatch.budget.Delay;
import io.quarkus.oidc.client.OidcClients;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/** The door to Vonage: holds a reader for each account and the way to each region. */
@Singleton
public class VonageCalls implements CallReader {

    private final VonageOptions options;
    private final Connections connections;
    private final Budgets budgets;
    private final OidcClients oidcClients;
    private final Vertx vertx;
    private final Clock clock;
    private final Delay delay;
    private final UpstreamMetrics metrics;
    private final Retries retries;
    private final List<TokenEndpoint> tokenEndpoints = new ArrayList<>();
    private final Map<AccountKey, AccountReader> readers;

    /** Opens the way to the region of each account; nothing is sent yet. */
    VonageCalls(
            Accounts accounts,
            VonageOptions options,
            Connections connections,
            Budgets budgets,
            OidcClients oidcClients,
            Vertx vertx,
            Clock clock,
            Delay delay,
            UpstreamMetrics metrics) {
        this.options = options;
        this.connections = connections;
        this.budgets = budgets;
        this.oidcClients = oidcClients;
        this.vertx = vertx;
        this.clock = clock;
        this.delay = delay;
        this.metrics = metrics;
        this.retries = new Retries(
                clock, delay, new BackOff(() -> ThreadLocalRandom.current().nextDouble()));
        this.readers = readers(accounts);
    }

    @Override
    public Uni<CallDetail> read(Account account, CallGuid guid, Duration deadline, String caller) {
        AccountReader reader = readers.get(account.key());
        return Uni.createFrom()
                .deferred(() -> reader.read(
                        guid, new AccountReader.Order(clock.instant().plus(deadline), caller)));
    }

    @Override
    public <T> Uni<T> until(Instant deadline, Supplier<Uni<T>> reading) {
        if (deadline.equals(Instant.MAX)) {
            return reading.get();
        }
        return clock.instant().isBefore(deadline)
                ? retries.inTime(deadline, reading.get())
                : Uni.createFrom().failure(new UpstreamFailure.DeadlinePassed());
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

    private Map<AccountKey, AccountReader> readers(Accounts accounts) {
        Map<Region, AccountReader.Way> ways = new HashMap<>();
        Map<AccountKey, AccountReader> opened = new HashMap<>();
        for (Account account : accounts.all()) {
            AccountReader.Way way = ways.computeIfAbsent(account.region(), this::way);
            AccountTokens tokens = tokens(account, way);
            opened.put(
                    account.key(),
                    new AccountReader(account, way, tokens, budgets.of(account), retries, metrics, options.accept()));
        }
        return Map.copyOf(opened);
    }

    private AccountReader.Way way(Region region) {
        RegionGate gate = new RegionGate(region, delay, options.requestTimeout());
        metrics.circuit(region, gate::state);
        return new AccountReader.Way(region, endpoint(region), gate, new RetryBudget(clock));
    }

    private CallsEndpoint endpoint(Region region) {
        return connections
                .calls(region)
                .register(new RefusalMapper(clock))
                .httpClientRequestCustomizer(new BodyLimit())
                .build(CallsEndpoint.class);
    }

    private AccountTokens tokens(Account account, AccountReader.Way way) {
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
