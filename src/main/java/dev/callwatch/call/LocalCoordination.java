package dev.callwatch.call;

import dev.callwatch.account.AccountKey;
import io.smallrye.mutiny.Uni;
import java.util.List;

/** For a process that shares nothing with others, or cannot reach them. */
public final class LocalCoordination implements Coordination {

    @Override
    public Uni<LeaseResult> acquire(CallKey key, Snapshot known) {
        return Uni.createFrom().item(LocalLease.INSTANCE);
    }

    @Override
    public Uni<Update> sync(CallKey key, Snapshot known) {
        return Uni.createFrom().item(Update.of(known));
    }

    @Override
    public Uni<List<CallStatus>> history(CallKey key) {
        return Uni.createFrom().item(List.of());
    }

    @Override
    public Uni<List<CallPosition>> newest(AccountKey account, CallQuery query) {
        return Uni.createFrom().item(List.of());
    }

    private enum LocalLease implements Lease {
        INSTANCE;

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
