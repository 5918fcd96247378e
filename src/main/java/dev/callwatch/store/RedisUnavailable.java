package dev.callwatch.store;

import dev.callwatch.call.SharedUnavailable;

/** Redis cannot be used now, or has something that this release cannot read. */
final class RedisUnavailable extends SharedUnavailable {

    private RedisUnavailable(String why, boolean isTransient) {
        super(why, isTransient);
    }

    RedisUnavailable(String why) {
        this(why, true);
    }

    /** What is kept cannot be read, however often it is tried. */
    static RedisUnavailable unreadable(String what) {
        return new RedisUnavailable(what + " cannot be read", false);
    }
}
