/**
 * Live: one poller for each call that has subscribers, the events that say what changed, and the hints of
 * Vonage's notifications, by which calls are read at the right moment.
 *
 * <p>Touches {@code account}, {@code budget}, {@code call}, {@code problem} and {@code time}.
 */
package dev.callwatch.watch;
