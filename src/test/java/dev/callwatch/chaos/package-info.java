/**
 * Chaos: faults of every kind, one after the other and at the same time, from a seed, while readers and look-ups check what they
 * receive. It speaks HTTP to the packaged service and knows nothing of its inside.
 */
package dev.callwatch.chaos;
