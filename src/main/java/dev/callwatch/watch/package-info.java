/**
 * Live: one poll loop for each call that anybody watches, and the events that tell what changed.
 *
 * <p>Touches {@code call}, {@code account}, {@code budget}, {@code problem}, and of {@code vonage} the identifier of a call.
 */
package dev.callwatch.watch;
