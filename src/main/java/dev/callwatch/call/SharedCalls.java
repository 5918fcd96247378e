package dev.callwatch.call;

import dev.callwatch.account.AccountKey;
import io.smallrye.mutiny.Uni;
import java.util.List;

/**
 * What all replicas know of calls. Where that cannot be read now, each method fails, instead of going on with what this process alone
 * knows: for who must not miss anything, and can wait.
 */
public interface SharedCalls {

    /** Like {@link Coordination#sync}. */
    Uni<Coordination.Update> sync(CallKey key, Snapshot known);

    /** Like {@link Coordination#history}. */
    Uni<List<CallStatus>> history(CallKey key);

    /** Like {@link Coordination#newest}. */
    Uni<List<CallPosition>> newest(AccountKey account, CallQuery query);
}
