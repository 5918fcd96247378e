package dev.callwatch.call;

import dev.callwatch.account.AccountKey;
import io.smallrye.mutiny.Uni;
import java.util.List;

/** What the replicas of this service know of calls together. */
public interface SharedCalls {

    /**
     * Merges what is known here with what all know, and publishes the result where it is more.
     *
     * @param known what is known here
     */
    Uni<Coordination.Update> sync(CallKey key, Snapshot known);

    /** The last revisions of a call that other replicas keep, the oldest first; none where none are kept elsewhere. */
    Uni<List<CallStatus>> history(CallKey key);

    /**
     * The calls of an account that other replicas keep, the last changed first; none where none are kept elsewhere.
     *
     * @param query which ones, and how many
     */
    Uni<List<CallPosition>> newest(AccountKey account, CallQuery query);
}
