/**
 * The adapter to what replicas share: the memory of this process, or Redis. It implements the ports of {@code call},
 * {@code budget} and {@code push}, which cannot tell one from the other.
 *
 * <p>Touches {@code account}, {@code budget}, {@code call}, {@code problem}, {@code push}, {@code settings} and {@code time}.
 */
package dev.callwatch.store;
