package dev.callwatch.vonage;

import dev.callwatch.account.Account;
import dev.callwatch.budget.Budget;
import dev.callwatch.budget.BudgetExhausted;
import dev.callwatch.budget.Permit;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallReading;
import dev.callwatch.call.UpstreamFailure;
import io.micrometer.core.instrument.Timer;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Reads the calls of one account: a token, a permit, the request; one renewal after a 401; retries of transient failures.
 * Safe for any number of concurrent readings.
 */
final class AccountClient {

    /**
     * What a reading depends on beside the call.
     *
     * @param deadline when its result is of no more use
     * @param caller on whose behalf
     * @param known the document as it is known
     */
    record ReadContext(Instant deadline, String caller, Optional<String> known) {}

    private static final Logger LOG = Logger.getLogger(AccountClient.class);
    private static final byte[] NO_BODY = {};

    private final Account account;
    private final RegionClient regionClient;
    private final AccountTokens tokens;
    private final Budget budget;
    private final Retries retries;
    private final UpstreamMetrics metrics;
    private final String accept;
    private final DocumentReader documents;
    private final Clock clock;

    AccountClient(
            Account account,
            RegionClient regionClient,
            AccountTokens tokens,
            Budget budget,
            Retries retries,
            UpstreamMetrics metrics,
            String accept,
            DocumentReader documents,
            Clock clock) {
        this.account = account;
        this.regionClient = regionClient;
        this.tokens = tokens;
        this.budget = budget;
        this.retries = retries;
        this.metrics = metrics;
        this.accept = accept;
        this.documents = documents;
        this.clock = clock;
    }

    /** Reads one call; an {@link UpstreamFailure} where that is not possible before the deadline. */
    Uni<CallReading> read(CallGuid guid, ReadContext context) {
        return retries.until(context.deadline(), regionClient.retryBudget(), new Reading(guid, context))
                .onFailure(AccountClient::isLogged)
                .invoke(failure -> LOG.warnf(
                        "Call %s of account %s could not be read: %s", guid, account.key(), failure.getMessage()));
    }

    /** {@code valid}, {@code refused} or {@code none}. */
    String tokenState() {
        return tokens.state();
    }

    /** An unknown call is no fault; a failure without a request would be logged again with every look-up. */
    private static boolean isLogged(Throwable failure) {
        return !(failure instanceof UpstreamFailure.CallNotFound)
                && !(failure instanceof UpstreamFailure unsent && unsent.isUnsent());
    }

    private static UpstreamFailure refusal(BudgetExhausted exhausted) {
        return exhausted.isPaused()
                ? UpstreamFailure.Throttled.paused(exhausted.retryAfter())
                : new UpstreamFailure.BudgetSpent(exhausted.retryAfter());
    }

    /** One reading of one call, attempted as often as need be. */
    private final class Reading implements Retries.Work<CallReading> {

        private final CallGuid guid;
        private final ReadContext context;
        private volatile Instant askedAt = Instant.MIN;

        private Reading(CallGuid guid, ReadContext context) {
            this.guid = guid;
            this.context = context;
        }

        @Override
        public Uni<CallReading> attempt() {
            return tokens.current()
                    .chain(token -> request(token)
                            .onFailure(UpstreamFailure.TokenRejected.class)
                            .recoverWithUni(() -> repeat(token)));
        }

        @Override
        public Duration pause() {
            return tokens.pause();
        }

        @Override
        public void retried(UpstreamFailure failure) {
            metrics.retried(regionClient.region(), failure.label());
        }

        private Uni<CallReading> repeat(Token rejected) {
            return tokens.renewed(rejected)
                    .chain(renewed -> request(renewed)
                            .onFailure(UpstreamFailure.TokenRejected.class)
                            .transform(again -> {
                                tokens.rejectedAgain(renewed);
                                return new UpstreamFailure.CredentialsRejected(AccountTokens.REJECTED_AGAIN);
                            }));
        }

        private Uni<CallReading> request(Token token) {
            return budget.withPermit(
                            context.caller(), guid.value(), context.deadline(), permit -> guarded(token, permit))
                    .onFailure(BudgetExhausted.class)
                    .transform(AccountClient::refusal)
                    .chain(body -> documents.read(body, context.known(), askedAt));
        }

        private Uni<byte[]> guarded(Token token, Permit permit) {
            return regionClient
                    .circuitBreaker()
                    .send(() -> send(token, permit))
                    .onFailure(UpstreamFailure.CircuitOpen.class)
                    .invoke(permit::giveBack);
        }

        /** A 429 counts also where the look-up's deadline has passed: the account is throttled all the same. */
        private Uni<byte[]> send(Token token, Permit permit) {
            Timer.Sample since = metrics.start();
            askedAt = clock.instant();
            return regionClient
                    .calls()
                    .send(client -> client.call(account.key(), guid, "Bearer " + token.value(), accept))
                    .onItem()
                    .ifNull()
                    .continueWith(NO_BODY)
                    .onFailure()
                    .transform(UpstreamFailures::of)
                    .onFailure(UpstreamFailure.Throttled.class)
                    .invoke(throttled -> permit.throttled(throttled.retryAfter()))
                    .onItemOrFailure()
                    .invoke((body, failure) ->
                            metrics.requested(since, regionClient.region(), UpstreamMetrics.answer(failure)))
                    .onCancellation()
                    .invoke(() -> metrics.requested(since, regionClient.region(), UpstreamMetrics.TIMEOUT));
        }
    }
}
