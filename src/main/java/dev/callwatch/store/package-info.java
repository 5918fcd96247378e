/**
 * The adapter to what replicas share: the memory of this process, or Redis. It implements the ports of {@code call} and
 * {@code budget}, which cannot tell one from the other.
 *
 * <p>Touches {@code account}, {@code budget}, {@code call}, {@code problem}, {@code settings} and {@code time}.
 */
package dev.callwatch.store;
