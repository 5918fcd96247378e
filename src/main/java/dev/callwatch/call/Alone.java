package dev.callwatch.call;

import dev.callwatch.vonage.UpstreamFailure;
import io.smallrye.mutiny.Uni;
import java.util.List;

/** The only replica, or one that cannot reach the others. */
public final class Alone implements Replicas {

    @Override
    public Uni<Claim> claim(CallKey key, Snapshot known) {
        return Uni.createFrom().item(Own.LEASE);
    }

    @Override
    public Uni<Told> recall(CallKey key, Snapshot known) {
        return Uni.createFrom().item(Told.of(known));
    }

    @Override
    public Uni<List<CallStatus>> history(CallKey key) {
        return Uni.createFrom().item(List.of());
    }

    private enum Own implements Lease {
        LEASE;

        @Override
        public Uni<Told> keep(Snapshot before, Snapshot now) {
            return Uni.createFrom().item(Told.of(now));
        }

        @Override
        public Uni<Void> giveUp(UpstreamFailure reason) {
            return Uni.createFrom().voidItem();
        }
    }
}
