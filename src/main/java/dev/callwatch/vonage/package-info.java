/**
 * The adapter to Vonage: the REST client interfaces of call detail and tokens, the tolerant parsers of their documents, and
 * the pipeline with its circuit breakers, which is the one place that retries.
 *
 * <p>Touches {@code account}, {@code budget}, {@code call}, {@code outbound}, {@code problem}, {@code settings} and
 * {@code time}.
 */
package dev.callwatch.vonage;
