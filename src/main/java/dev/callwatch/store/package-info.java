/**
 * Where the state is that replicas share: in this process, or in Redis. Implements the ports of {@code call} and
 * {@code budget}, which cannot tell one from the other.
 *
 * <p>Touches {@code account}, {@code budget}, {@code call}, {@code vonage} and {@code problem}.
 */
package dev.callwatch.store;
