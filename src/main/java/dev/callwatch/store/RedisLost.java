package dev.callwatch.store;

/** Fired when Redis can no longer be used. */
record RedisLost() {}
