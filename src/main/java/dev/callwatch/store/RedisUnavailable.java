package dev.callwatch.store;

/** Redis cannot be used now. Carries no stack trace: an expected state, not a defect. */
final class RedisUnavailable extends RuntimeException {

    RedisUnavailable(String why) {
        super(why, null, false, false);
    }
}
