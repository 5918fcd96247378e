/**
 * Push: subscriptions to calls, and the delivery of their revisions as signed CloudEvents over HTTP, at least once and in order
 * within a call. Retries of deliveries have their one place here.
 *
 * <p>Touches {@code access}, {@code account}, {@code call}, {@code outbound}, {@code problem}, {@code settings}, {@code time} and
 * {@code watch}.
 */
package dev.callwatch.push;
