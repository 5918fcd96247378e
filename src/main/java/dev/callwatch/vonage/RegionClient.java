package dev.callwatch.vonage;

import dev.callwatch.account.Region;
import dev.callwatch.outbound.EventLoopClients;

/**
 * A region of Vonage, as all its accounts share it.
 *
 * @param calls its call detail
 * @param tokens its token endpoint
 * @param circuitBreaker what every request to it goes through
 * @param retryBudget how many retries it may see
 */
record RegionClient(
        Region region,
        EventLoopClients<CallsClient> calls,
        TokenEndpoint tokens,
        RegionCircuitBreaker circuitBreaker,
        RetryBudget retryBudget) {}
