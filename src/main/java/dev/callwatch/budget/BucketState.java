package dev.callwatch.budget;

/**
 * What a bucket is at some moment.
 *
 * @param share the part of the account's rate and burst that it has, in {@link AdaptiveTokenBucket#WHOLE}ths
 * @param lent how many units it may hold beyond its part of the burst
 * @param units what is there, in {@link AdaptiveTokenBucket#UNITS_PER_PERMIT}ths of a permit
 * @param backoff how the rate has adapted
 */
record BucketState(int share, long lent, long units, Backoff backoff) {}
