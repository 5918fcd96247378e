/**
 * The upstream: the REST client interface of Vonage's call detail, its document read tolerantly, the tokens, the
 * guarded pipeline (the one place that retries) and the sealed failures, each of which names its problem.
 *
 * <p>Touches {@code account}, {@code budget} and {@code problem}.
 */
package dev.callwatch.vonage;
