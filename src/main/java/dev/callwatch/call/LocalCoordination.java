package dev.callwatch.call;

import io.smallrye.mutiny.Uni;
import java.util.List;

/** The only replica, or one that cannot reach the others. */
public final class LocalCoordination implements Coordination {

    @Override
    public Uni<LeaseResult> acquire(CallKey key, Snapshot known) {
        return Uni.createFrom().item(Own.LEASE);
    }

    @Override
    public Uni<Update> sync(CallKey key, Snapshot known) {
        return Uni.createFrom().item(Update.of(known));
    }

    @Override
    public Uni<List<CallStatus>> history(CallKey key) {
        return Uni.createFrom().item(List.of());
    }

    private enum Own implements Lease {
        LEASE;

        @Override
        public Uni<Update> publish(Snapshot before, Snapshot now) {
            return Uni.createFrom().item(Update.of(now));
        }

        @Override
        public Uni<Void> abort(UpstreamFailure reason) {
            return Uni.createFrom().voidItem();
        }
    }
}
