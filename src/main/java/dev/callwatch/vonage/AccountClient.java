package dev.callwatch.vonage;

import dev.callwatch.account.Account;
import dev.callwatch.account.Region;
import dev.callwatch.budget.Budget;
import dev.callwatch.budget.BudgetExhausted;
import dev.callwatch.call.CallDetail;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.UpstreamFailure;
import io.micrometer.core.instrument.Timer;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import org.jboss.logging.Logger;

/**
 * Reads the calls of one account: a token, a permit, the request; one renewal after a 401; retries of what may pass.
 * Safe for any number of concurrent readings.
 */
final class AccountClient {

    /**
     * The way to a region, shared by its accounts.
     *
     * @param endpoint its REST client
     * @param gate what every request to it passes
     * @param retryBudget how many retries it may see
     */
    record RegionClient(Region region, CallsEndpoint endpoint, RegionCircuitBreaker gate, RetryBudget retryBudget) {}

    /**
     * What a reading has to keep to.
     *
     * @param deadline when its result is of no more use
     * @param caller on whose behalf
     */
    record ReadContext(Instant deadline, String caller) {}

    private static final Logger LOG = Logger.getLogger(AccountClient.class);
    private static final byte[] NO_BODY = {};

    private final Account account;
    private final RegionClient way;
    private final AccountTokens tokens;
    private final Budget budget;
    private final Retries retries;
    private final UpstreamMetrics metrics;
    private final String accept;

    AccountClient(
            Account account,
            RegionClient way,
            AccountTokens tokens,
            Budget budget,
            Retries retries,
            UpstreamMetrics metrics,
            String accept) {
        this.account = account;
        this.way = way;
        this.tokens = tokens;
        this.budget = budget;
        this.retries = retries;
        this.metrics = metrics;
        this.accept = accept;
    }

    /** Reads one call; an {@link UpstreamFailure} where that is not possible before the deadline. */
    Uni<CallDetail> read(CallGuid guid, ReadContext order) {
        return retries.until(
                        order.deadline(),
                        way.retryBudget(),
                        () -> attempt(guid, order),
                        failure -> metrics.retried(way.region(), failure.label()))
                .onFailure(AccountClient::isNews)
                .invoke(failure -> LOG.warnf(
                        "Call %s of account %s could not be read: %s", guid, account.key(), failure.getMessage()));
    }

    /** {@code valid}, {@code refused} or {@code none}. */
    String tokenState() {
        return tokens.state();
    }

    RegionClient way() {
        return way;
    }

    /** An unknown call is no fault; what was not even sent would repeat itself with every look-up. */
    private static boolean isNews(Throwable failure) {
        return !(failure instanceof UpstreamFailure.CallNotFound)
                && !(failure instanceof UpstreamFailure unsent && unsent.isUnsent());
    }

    private Uni<CallDetail> attempt(CallGuid guid, ReadContext order) {
        return tokens.current()
                .chain(token -> request(guid, order, token)
                        .onFailure(UpstreamFailure.TokenRejected.class)
                        .recoverWithUni(() -> repeat(guid, order, token)));
    }

    private Uni<CallDetail> repeat(CallGuid guid, ReadContext order, Token rejected) {
        return tokens.renewed(rejected)
                .chain(renewed -> request(guid, order, renewed)
                        .onFailure(UpstreamFailure.TokenRejected.class)
                        .transform(again -> {
                            tokens.rejectedAgain(renewed);
                            return new UpstreamFailure.CredentialsRejected(AccountTokens.REJECTED_AGAIN);
                        }));
    }

    private Uni<CallDetail> request(CallGuid guid, ReadContext order, Token token) {
        return budget.permit(order.caller(), order.deadline())
                .onFailure(BudgetExhausted.class)
                .transform(spent -> refusal((BudgetExhausted) spent))
                .chain(permit -> way.gate()
                        .pass(byte[].class, () -> send(guid, token))
                        .onFailure(UpstreamFailure.CircuitOpen.class)
                        .invoke(permit::giveBack)
                        .onFailure(UpstreamFailure.Throttled.class)
                        .invoke(throttled -> permit.throttled(((UpstreamFailure.Throttled) throttled).retryAfter())))
                .map(CallDocuments::read);
    }

    private static UpstreamFailure refusal(BudgetExhausted spent) {
        return spent.isPaused()
                ? UpstreamFailure.Throttled.paused(spent.retryAfter())
                : new UpstreamFailure.BudgetSpent(spent.retryAfter());
    }

    private Uni<byte[]> send(CallGuid guid, Token token) {
        Timer.Sample since = metrics.start();
        return way.endpoint()
                .call(account.key().value(), guid.value(), "Bearer " + token.value(), accept)
                .onItem()
                .ifNull()
                .continueWith(NO_BODY)
                .onFailure()
                .transform(UpstreamFailures::of)
                .onItemOrFailure()
                .invoke((body, failure) -> metrics.requested(since, way.region(), UpstreamMetrics.answer(failure)))
                .onCancellation()
                .invoke(() -> metrics.requested(since, way.region(), UpstreamMetrics.TIMEOUT));
    }
}
