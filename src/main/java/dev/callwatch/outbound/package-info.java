/**
 * How this process connects to others: where its settings say and nowhere else, over verified TLS, with limits for time and
 * size that end the connection.
 *
 * <p>Touches nothing of ours.
 */
package dev.callwatch.outbound;
