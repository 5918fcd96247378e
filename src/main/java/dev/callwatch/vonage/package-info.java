/**
 * The adapter to Vonage: the REST client interface of the call detail, the tolerant parser of its document, tokens, and the
 * guarded pipeline, which is the one place that retries.
 *
 * <p>Touches {@code account}, {@code budget}, {@code call}, {@code problem}, {@code settings} and {@code time}.
 */
package dev.callwatch.vonage;
