package dev.callwatch.store;

import dev.callwatch.call.CallKey;
import dev.callwatch.call.Snapshot;

/**
 * Something to store of a call.
 *
 * @param before what is expected in Redis now
 * @param token of the lease that ends with it; empty for none
 */
record SnapshotChange(CallKey key, Snapshot before, Snapshot now, String token) {

    private static final String NO_LEASE = "";

    /** Without a lease. */
    SnapshotChange(CallKey key, Snapshot before, Snapshot now) {
        this(key, before, now, NO_LEASE);
    }

    /** The revision that it adds, 0 for none. */
    long revision() {
        return now.revision() > before.revision() ? now.revision() : 0;
    }
}
