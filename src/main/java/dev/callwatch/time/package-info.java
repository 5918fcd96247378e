/**
 * Clocks, delays and deadlines.
 *
 * <p>Touches nothing of ours.
 */
package dev.callwatch.time;
