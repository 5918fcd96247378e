package dev.callwatch.call;

import dev.callwatch.account.AccountKey;
import io.smallrye.mutiny.Uni;
import java.util.List;

/** A replica without others, as long as a test overrides nothing. */
abstract class DelegatingCoordination implements Coordination {

    private final LocalCoordination local = new LocalCoordination();

    @Override
    public Uni<LeaseResult> acquire(CallKey key, Snapshot known) {
        return local.acquire(key, known);
    }

    @Override
    public Uni<Update> sync(CallKey key, Snapshot known) {
        return local.sync(key, known);
    }

    @Override
    public Uni<List<CallStatus>> history(CallKey key) {
        return local.history(key);
    }

    @Override
    public Uni<List<CallPosition>> newest(AccountKey account, CallQuery query) {
        return local.newest(account, query);
    }
}
