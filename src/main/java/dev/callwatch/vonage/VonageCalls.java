package dev.callwatch.vonage;

import dev.callwatch.account.Account;
import dev.callwatch.account.AccountKey;
import dev.callwatch.account.Accounts;
import dev.callwatch.account.Region;
import dev.callwatch.budget.Budget;
import dev.callwatch.budget.BudgetExhausted;
import dev.callwatch.budget.Delay;
import io.micrometer.core.instrument.Timer;
import io.quarkus.oidc.client.OidcClients;
import io.quarkus.rest.client.reactive.QuarkusRestClientBuilder;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Reads calls from Vonage: a token, a permit, the request; one renewal after a 401; retries of what may pass. Safe for
 * any number of concurrent readers.
 */
@Singleton
public class VonageCalls {

    private static final Logger LOG = Logger.getLogger(VonageCalls.class);
    private static final byte[] NO_BODY = {};

    private record Way(CallsEndpoint endpoint, RegionGate gate, RetryBudget retryBudget) {}

    private record Reader(Account account, Way way, TokenEndpoint tokenEndpoint, AccountTokens tokens) {}

    private final VonageOptions options;
    private final Budget budget;
    private final OidcClients oidcClients;
    private final Vertx vertx;
    private final Clock clock;
    private final Delay delay;
    private final UpstreamMetrics metrics;
    private final Retries retries;
    private final Map<AccountKey, Reader> readers;

    /** Opens the way to the region of each account; nothing is sent yet. */
    VonageCalls(
            Accounts accounts,
            VonageOptions options,
            Budget budget,
            OidcClients oidcClients,
            Vertx vertx,
            Clock clock,
            Delay delay,
            UpstreamMetrics metrics) {
        this.options = options;
        this.budget = budget;
        this.oidcClients = oidcClients;
        this.vertx = vertx;
        this.clock = clock;
        this.delay = delay;
        this.metrics = metrics;
        this.retries = new Retries(
                clock, delay, new BackOff(() -> ThreadLocalRandom.current().nextDouble()));
        this.readers = readers(accounts);
    }

    /**
     * Reads one call.
     *
     * @param account an account that this process holds
     * @param deadline the longest the whole reading may take, retries and waiting for a permit included
     * @return what Vonage says of the call, or an {@link UpstreamFailure}
     */
    public Uni<CallDetail> read(Account account, CallGuid guid, Duration deadline) {
        Reader reader = readers.get(account.key());
        return Uni.createFrom()
                .deferred(() -> read(reader, guid, clock.instant().plus(deadline)));
    }

    /** The circuit of each region, {@code closed}, {@code half-open} or {@code open}, by the region's name. */
    public Map<String, String> circuits() {
        Map<String, String> circuits = new TreeMap<>();
        readers.values()
                .forEach(reader -> circuits.put(
                        reader.account().region().name(), reader.way().gate().stateName()));
        return circuits;
    }

    /** The token of each account, {@code none}, {@code valid} or {@code refused}, by the account's key. */
    public Map<String, String> tokens() {
        Map<String, String> tokens = new TreeMap<>();
        readers.forEach((key, reader) -> tokens.put(key.value(), reader.tokens().state()));
        return tokens;
    }

    private Uni<CallDetail> read(Reader reader, CallGuid guid, Instant deadline) {
        return retries.until(
                        deadline,
                        reader.way().retryBudget(),
                        () -> attempt(reader, guid, deadline),
                        failure -> metrics.retried(reader.account().region(), failure.answer()))
                .onFailure(failure -> !(failure instanceof UpstreamFailure.CallNotFound))
                .invoke(failure -> LOG.warnf(
                        "Call %s of account %s could not be read: %s",
                        guid, reader.account().key(), failure.getMessage()));
    }

    private Uni<CallDetail> attempt(Reader reader, CallGuid guid, Instant deadline) {
        return reader.tokens()
                .current()
                .chain(token -> request(reader, guid, deadline, token)
                        .onFailure(UpstreamFailure.TokenRejected.class)
                        .recoverWithUni(() -> repeat(reader, guid, deadline, token)));
    }

    private Uni<CallDetail> repeat(Reader reader, CallGuid guid, Instant deadline, Token rejected) {
        return reader.tokens()
                .renewed(rejected)
                .chain(renewed -> request(reader, guid, deadline, renewed)
                        .onFailure(UpstreamFailure.TokenRejected.class)
                        .transform(again -> {
                            reader.tokens().rejectedAgain(renewed);
                            return UpstreamFailure.CredentialsRejected.afterRenewal();
                        }));
    }

    private Uni<CallDetail> request(Reader reader, CallGuid guid, Instant deadline, Token token) {
        Account account = reader.account();
        return budget.permit(account, deadline)
                .onFailure(BudgetExhausted.class)
                .transform(spent -> new UpstreamFailure.BudgetSpent(((BudgetExhausted) spent).retryAfter()))
                .chain(() -> reader.way().gate().pass(byte[].class, () -> send(reader, guid, token)))
                .onFailure(UpstreamFailure.CircuitOpen.class)
                .invoke(() -> budget.giveBack(account))
                .map(CallDocuments::read);
    }

    private Uni<byte[]> send(Reader reader, CallGuid guid, Token token) {
        Account account = reader.account();
        Timer.Sample since = metrics.start();
        return reader.way()
                .endpoint()
                .call(account.key().value(), guid.value(), "Bearer " + token.value(), options.accept())
                .onItem()
                .ifNull()
                .continueWith(NO_BODY)
                .onFailure()
                .transform(UpstreamFailure::of)
                .onItemOrFailure()
                .invoke((body, failure) -> metrics.requested(since, account.region(), UpstreamMetrics.answer(failure)))
                .onCancellation()
                .invoke(() -> metrics.requested(since, account.region(), UpstreamMetrics.TIMEOUT));
    }

    private Map<AccountKey, Reader> readers(Accounts accounts) {
        Map<Region, Way> ways = new HashMap<>();
        Map<AccountKey, Reader> read = new HashMap<>();
        for (Account account : accounts.all()) {
            Way way = ways.computeIfAbsent(account.region(), this::way);
            TokenEndpoint endpoint = new TokenEndpoint(account, options, oidcClients, vertx, clock);
            read.put(account.key(), new Reader(account, way, endpoint, tokens(account, way, endpoint)));
        }
        return Map.copyOf(read);
    }

    private Way way(Region region) {
        RegionGate gate = new RegionGate(region, delay, options.requestTimeout());
        metrics.circuit(region, gate::state);
        return new Way(endpoint(region), gate, new RetryBudget(clock));
    }

    private CallsEndpoint endpoint(Region region) {
        return QuarkusRestClientBuilder.newBuilder()
                .baseUri(region.url())
                .connectTimeout(options.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .readTimeout(options.readTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .followRedirects(false)
                .register(new RefusalMapper(clock))
                .httpClientRequestCustomizer(new BodyLimit())
                .userAgent("callwatch")
                .build(CallsEndpoint.class);
    }

    private AccountTokens tokens(Account account, Way way, TokenEndpoint endpoint) {
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
        readers.values().forEach(reader -> reader.tokenEndpoint().close());
    }
}
