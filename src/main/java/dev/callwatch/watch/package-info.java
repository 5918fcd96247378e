/**
 * Live: one poller for each call that has subscribers, and the events that say what changed.
 *
 * <p>Touches {@code account}, {@code budget}, {@code call}, {@code problem} and {@code time}.
 */
package dev.callwatch.watch;
